#!/usr/bin/env python3
"""Writes unicode_table.c: what Hugging Face's `tokenizers` (pip install tokenizers) know of each code point.

All of it is asked from them, so the result follows their Unicode version, not Python's or ICU's. What a model's flags
make of it is put together when the model is opened (wordpiece_text.c). Usage: make_unicode_table.py > unicode_table.c
"""
import struct
import unicodedata

import tokenizers
from tokenizers import AddedToken, Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import NFD, BertNormalizer, Lowercase, Precompiled
from tokenizers.pre_tokenizers import BertPreTokenizer

GONE, TO_BLANK, BLANK, CJK, MARK, PUNCTUATION, WORD = (1 << bit for bit in range(7))  # as in unicode_table.h
HANGUL = range(0xAC00, 0xD7A4)


def normalizer(**flags):
    return BertNormalizer(**{"clean_text": False, "handle_chinese_chars": False, "strip_accents": False, "lowercase": False, **flags}).normalize_str


clean, chinese, strip, lower = (normalizer(**{flag: True}) for flag in ("clean_text", "handle_chinese_chars", "strip_accents", "lowercase"))
decompose, lower_case = NFD().normalize_str, Lowercase().normalize_str
split = BertPreTokenizer().pre_tokenize_str

# A token that must be a word of its own is found behind anything but \w; one with lstrip takes \s before it.
finder = Tokenizer(WordLevel({"?": 0}, "?"))
finder.add_tokens([AddedToken("\ue000\ue001", single_word=True, normalized=False), AddedToken("\ue002\ue003", lstrip=True, normalized=False)])


def is_word(character):
    return finder.token_to_id("\ue000\ue001") not in finder.encode(character + "\ue000\ue001").ids


def is_space(character):
    encoding = finder.encode(character + "\ue002\ue003")
    return encoding.offsets[encoding.ids.index(finder.token_to_id("\ue002\ue003"))][0] == 0


def combining_class(character):
    """0 for what starts a sequence in their eyes; it is asked by what changes places with U+0345, the highest class."""
    starts = character != "\u0345" and (decompose(character) != character or decompose("\u0345" + character)[0] == "\u0345")
    assert starts or unicodedata.combining(character)
    return 0 if starts else unicodedata.combining(character)


def letters():
    """A normaliser that makes a letter of each user-perceived character of up to 5 bytes, and of each code point of longer ones."""
    units = [0] * 1024
    units[0] = 256 << 10  # the root; its children are at 256 ^ byte, their leaves 512 further
    for byte in range(1, 256):
        units[256 ^ byte] = 512 << 10 | 256 | byte
        units[256 ^ byte ^ 512] = 1 << 31
    trie = struct.pack("<1024I", *units)
    return Precompiled(struct.pack("<I", len(trie)) + trie + b"Q\0").normalize_str


count = letters()
ACCENT, JOINER, COPYRIGHT, KA, VIRAMA = "\u0301", "\u200d", "\u00a9", "\u0915", "\u094d"
(OTHER, CONTROL, EXTEND, CONJUNCT_EXTEND, LINKER, SPACING, PREPEND, L, V, T, LV, LVT, PICTURE, CONSONANT, ZWJ, CR, LF) = range(17)


def segment(c):
    """What UAX #29 calls Grapheme_Cluster_Break (and Extended_Pictographic, Indic_Conjunct_Break), found out by how many letters come out.

    Regional indicators are left out: a pair of them is over 5 bytes, however it is taken apart.
    """
    if c in (JOINER, "\r", "\n"):
        return {JOINER: ZWJ, "\r": CR, "\n": LF}[c]
    size = len(c.encode())
    if len(count("a" + c)) == 1:  # joins what is before it
        if len(count(KA + c + KA + ACCENT)) == 4:
            return LINKER
        if len(count(KA + c + VIRAMA + KA + ACCENT)) == 5:
            return CONJUNCT_EXTEND
        return EXTEND if len(count(COPYRIGHT + c + JOINER + COPYRIGHT + ACCENT)) == 5 else SPACING
    if len(count(c + ACCENT + ACCENT)) == 2:
        return CONTROL
    if len(count(c + "a")) == 1:
        return PREPEND
    if ord(c) in HANGUL:
        return LV if (ord(c) - 0xAC00) % 28 == 0 else LVT
    joins = [len(count(c + jamo + ACCENT)) == 3 for jamo in ("\u1100", "\u1161", "\u11a8")]
    if any(joins):
        return {(True, True, False): L, (False, True, True): V, (False, False, True): T}[tuple(joins)]
    if len(count(COPYRIGHT + JOINER + c + ACCENT)) == 4:
        return PICTURE
    return CONSONANT if size < 4 and len(count(KA + VIRAMA + c + ACCENT)) == 4 else OTHER


sequences = [0]
starts = {}


def sequence(text):
    """Where the code points of the text are in `sequences`, after their number."""
    if text not in starts:
        starts[text] = len(sequences)
        sequences.append(len(text))
        sequences.extend(map(ord, text))
    return starts[text]


def row_of(code_point):
    if 0xD800 <= code_point < 0xE000:
        return (0, 0, 0, 0, 0)
    character = chr(code_point)
    flags = 0
    cleaned, pieces = clean("a" + character + "a"), split("a" + character + "a")
    flags |= {"aa": GONE, "a" + character + "a": 0, "a a": TO_BLANK}[cleaned] if character != " " else TO_BLANK
    flags |= {1: 0, 2: BLANK, 3: PUNCTUATION}[len(pieces)]
    flags |= WORD if is_word(character) else 0
    assert is_space(character) == (len(pieces) == 2)
    if chinese(character) != character:
        assert chinese(character) == f" {character} "
        flags |= CJK
    assert lower(character) == lower_case(character)
    lowered, decomposed = lower(character), decompose(character)
    if decomposed == character and strip(character) == "":
        flags |= MARK
    if code_point in HANGUL:  # by rule, in C
        assert decomposed == unicodedata.normalize("NFD", character)
        decomposed = character
    return (sequence(lowered) if lowered != character else 0, sequence(decomposed) if decomposed != character else 0, flags, combining_class(character),
            segment(character))


def check(rows, entry):
    """Is what strip_accents does made of the parts?"""
    for code_point, number in enumerate(entry):
        if not 0xD800 <= code_point < 0xE000 and code_point not in HANGUL:
            character = chr(code_point)
            assert strip(character) == "".join(part for part in decompose(character) if not rows[entry[ord(part)]][2] & MARK), hex(code_point)
            assert rows[number][1] == 0 or rows[number][3] == 0


def print_array(declaration, values):
    print(f"const {declaration}[{len(values)}] = {{")
    line = ""
    for value in values:
        text = f"{value},"
        if len(line) + len(text) > 118:
            print(line)
            line = ""
        line += text
    print(line)
    print("};")


def main():
    rows, entry = {}, []
    for code_point in range(0x110000):
        entry.append(rows.setdefault(row_of(code_point), len(rows)))
    check(list(rows), entry)
    pages, stage1, stage2 = {}, [], []
    for high in range(0x1100):
        page = tuple(entry[high * 256:high * 256 + 256])
        if page not in pages:
            pages[page] = len(pages)
            stage2.extend(page)
        stage1.append(pages[page])
    assert len(rows) < 65536 and len(sequences) < 65536 and len(pages) < 256
    print(f"/* Generated by make_unicode_table.py from tokenizers {tokenizers.__version__}. Do not edit. */")
    print('#include "unicode_table.h"\n')
    print("// clang-format off")
    print_array("uint8_t unicode_pages", stage1)
    print_array("uint16_t unicode_entries", stage2)
    print(f"const size_t unicode_row_count = {len(rows)};")
    print_array("struct unicode_row unicode_rows", ["{%d,%d,%d,%d,%d}" % row for row in rows])
    print_array("uint32_t unicode_sequences", [f"{value:#x}" for value in sequences])
    print("// clang-format on")


main()
