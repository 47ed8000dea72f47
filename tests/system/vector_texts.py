"""2,000 different texts, the same everywhere: what tests/data/reference.f32 has vectors of (make_reference.py). English sentences come
first, then texts of all other kinds."""

import hashlib
import itertools
import os
import re

COUNT = 2000
WHOLE = 100  # English sentences, of which reference.f32 has all numbers
DIMENSION = 384
STEP = 16  # of the others it has every sixteenth number: which, changes from text to text, so that each number has its turn
REFERENCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "reference.f32")

LICENCE = "/usr/share/common-licenses/GPL-3"  # its words do not change
SCRIPTS = [(0x20, 0x7E), (0xA0, 0x17F), (0x370, 0x3FF), (0x400, 0x4FF), (0x590, 0x5FF), (0x600, 0x6FF), (0x900, 0x97F), (0xE00, 0xE7F),
           (0x1100, 0x11FF), (0x1E00, 0x1EFF), (0x2000, 0x206F), (0x20A0, 0x22FF), (0x3040, 0x30FF), (0x4E00, 0x9FA5), (0xAC00, 0xD7A3),
           (0xFF00, 0xFF60), (0x1D400, 0x1D7FF), (0x1F300, 0x1F64F), (0x20000, 0x2A6D6)]
ODD = ["hello world", " ", "\t", "\n\n", ".", "…", "—", "a", "I", "0", "３", "é", "e\u0301", "Straße", "ẞ", "İ", "ﬁ", "½", "№", "\u200b", "\ufeff", "\u00ad",
       "\ufffd", "中", "한국어", "日本語のテキスト", "ไทย", "हिन्दी", "العربية", "עברית", "🙂", "👩‍👩‍👧‍👦", "🇩🇪", "don't", "U.S.A.", "e.g.", "x²+y²=z²", "ACGTACGT" * 40,
       "x" * 100, "x" * 101, "a b " * 200, "!" * 300, "1234567890 " * 40, "[CLS]", "[SEP] [PAD]", "[UNK]", "##ing", "<script>alert(1)</script>",
       "def main(): return 0", "SELECT * FROM atom WHERE atom_id = 1;", "https://example.org/a?b=c&d=%20#e", "user@example.org", "C:\\Windows\\System32",
       "The quick brown fox jumps over the lazy dog.", "tHE qUICK bROWN fOX", "Ｆｕｌｌ　ｗｉｄｔｈ", "line one\nline two\r\nline three", "tab\tseparated\tvalues"]


def sentences():
    with open(LICENCE, encoding="utf-8") as file:
        paragraphs = file.read().split("\n\n")
    found = [part for text in paragraphs for part in re.split(r"(?<=[.;:]) (?=[A-Za-z])", " ".join(text.split())) if len(part.split()) > 4]
    return list(dict.fromkeys(found))[:WHOLE]


def numbers(seed):
    """Numbers without end, 0 to 2^32 - 1; they stay what they are when Python's own generator changes."""
    for block in itertools.count():
        digest = hashlib.sha256(f"{seed} {block}".encode()).digest()
        for at in range(0, len(digest), 4):
            yield int.from_bytes(digest[at:at + 4], "big")


def words_of(model):
    with open(os.path.join(model, "vocab.txt"), encoding="utf-8") as file:
        return [word.removeprefix("##") for word in file.read().split("\n")[2000:20000]]


def prose(chance, words, count):
    """`count` words, some of them capital or unknown, with punctuation."""
    text = ""
    for number in range(count):
        word = words[next(chance) % len(words)]
        kind = next(chance) % 16
        word = {0: word.capitalize(), 1: word.upper(), 2: word + words[next(chance) % len(words)], 3: str(next(chance) % 100000)}.get(kind, word)
        text += ("" if not number else ", " if kind == 4 else ". " if kind == 5 else "-" if kind == 6 else " ") + word
    return text


def unicode_text(chance, count):
    """`count` characters of one script or two, and spaces."""
    ranges = [SCRIPTS[next(chance) % len(SCRIPTS)] for _ in range(2)]
    text = ""
    for _ in range(count):
        first, last = ranges[next(chance) % 4 == 0]
        text += " " if next(chance) % 6 == 0 else chr(first + next(chance) % (last - first + 1))
    return text


def texts(model):
    """The longest have more tokens than the model looks at; most are short, as the atoms of documents are."""
    chance, words = numbers("vectors"), words_of(model)
    distinct = dict.fromkeys(sentences() + ODD)
    for number in itertools.count():
        if len(distinct) >= COUNT:
            return list(distinct)[:COUNT]
        length = next(chance)
        if number % 100 == 0:
            text = prose(chance, words, 150 + length % 150)
        elif number % 20 == 0:
            text = prose(chance, words, 30 + length % 60)
        elif number % 4 == 0:
            text = unicode_text(chance, 1 + length % 24)
        else:
            text = prose(chance, words, 1 + length % 12)
        distinct.setdefault(text)


def compared(number):
    """Which numbers of the vector of a text the reference has."""
    return range(DIMENSION) if number < WHOLE else range(number % STEP, DIMENSION, STEP)
