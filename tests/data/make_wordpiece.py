#!/usr/bin/env python3
"""Writes wordpiece.json: texts and the token ids that Hugging Face's `tokenizers` gives them.

Usage: make_wordpiece.py VOCAB_TXT > wordpiece.json   (pip install tokenizers)
"""
import json
import random
import sys

from tokenizers import AddedToken, Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

LIMIT = 256
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
random.seed(20240229)


def tokenizer(path):
    made = Tokenizer(WordPiece.from_file(path, unk_token="[UNK]", max_input_chars_per_word=100))
    made.normalizer = BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True)
    made.pre_tokenizer = BertPreTokenizer()
    made.add_special_tokens([AddedToken(token, normalized=False) for token in SPECIAL])
    made.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[(t, made.token_to_id(t)) for t in ("[CLS]", "[SEP]")])
    made.enable_truncation(LIMIT)
    return made


def character(low, high):
    while True:
        code_point = random.randrange(low, high)
        if not 0xD800 <= code_point < 0xE000:
            return chr(code_point)


def word(vocabulary):
    return random.choice(vocabulary).removeprefix("##")


# Beginnings of the blocks of all scripts that are in use, and of symbols.
BLOCKS = [0x0, 0x80, 0x100, 0x180, 0x250, 0x2B0, 0x300, 0x370, 0x400, 0x500, 0x530, 0x590, 0x600, 0x700, 0x780, 0x900, 0x980, 0xA00, 0xA80,
          0xB00, 0xB80, 0xC00, 0xC80, 0xD00, 0xD80, 0xE00, 0xE80, 0xF00, 0x1000, 0x10A0, 0x1100, 0x1200, 0x13A0, 0x1400, 0x1680, 0x1700,
          0x1780, 0x1800, 0x1D00, 0x1E00, 0x1F00, 0x2000, 0x2070, 0x20A0, 0x20D0, 0x2100, 0x2190, 0x2200, 0x2300, 0x2460, 0x2500, 0x2600,
          0x2C00, 0x2D00, 0x2E80, 0x3000, 0x3040, 0x30A0, 0x3100, 0x3130, 0x3200, 0x3300, 0x3400, 0x4E00, 0x9F00, 0xA000, 0xA640, 0xA800,
          0xAC00, 0xD700, 0xE000, 0xF900, 0xFA00, 0xFB00, 0xFE00, 0xFF00, 0x10000, 0x10400, 0x11000, 0x1D100, 0x1D400, 0x1F300, 0x1F600,
          0x20000, 0x2F800, 0xE0000, 0x10FF00]
PIECES = ["é", "e\u0301", "a\u0327\u0301", "[SEP]", "[MASK", "]", "[PAD]", "[unused1]", "ab", "x" * 50, "x" * 99, "x" * 100, "x" * 101, " ", "\u0345",
          "\u302e\U0001D165", "Ǆ", "ß", "İ", "ﬁ", "\0", "\ufffd", "\u200d", "\u00ad", "\t", "\r\n", "\u0085", "\u2028", "\u3000", "#", "##ing",
          "中", "한국어", "ｆｕｌｌ", "①", "don't", "U.S.", "3.14", "´", "`", "~", "$", "^", "|", "<", "«", "…", "—"]


def texts(vocabulary):
    yield from ["", " ", "hello world", "Hello, World!", "The quick brown fox jumps over the lazy dog.", "unaffable", "x" * 100, "x" * 101,
                "é" * 60, "한" * 34, "한" * 33, "word " * 300, "a" * 5000, "[CLS] [SEP]", "[cls]", "naïve café", "ΑΒΓΣ", "ПРИВЕТ, мир", "日本語のテキスト"]
    yield from PIECES
    for block in BLOCKS:
        for _ in range(12):
            yield "".join(character(block, min(block + 256, 0x110000)) for _ in range(random.randrange(1, 14)))
    for _ in range(400):
        yield "".join(character(0, 0x110000) for _ in range(random.randrange(1, 12)))
        yield "".join(random.choice(PIECES) for _ in range(random.randrange(1, 9)))
        yield " ".join(word(vocabulary) for _ in range(random.randrange(1, 14)))
        yield "".join(word(vocabulary) for _ in range(random.randrange(2, 6)))
    for _ in range(4):
        yield " ".join(word(vocabulary) for _ in range(270))


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        vocabulary = [line.rstrip("\n") for line in file]
    reference = tokenizer(sys.argv[1])
    rows = [json.dumps([text, reference.encode(text).ids], separators=(",", ":")) for text in texts(vocabulary)]
    print("[\n" + ",\n".join(rows) + "\n]")


main()
