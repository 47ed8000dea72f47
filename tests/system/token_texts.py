"""Texts for the tests of tokens: made from a seed, over all scripts and at random, and lines of Debian's own files."""

import glob
import random

# Beginnings of the blocks of all scripts that are in use, and of symbols.
BLOCKS = [0x0, 0x80, 0x100, 0x180, 0x250, 0x2B0, 0x300, 0x370, 0x400, 0x500, 0x530, 0x590, 0x600, 0x700, 0x780, 0x900, 0x980, 0xA00, 0xA80,
          0xB00, 0xB80, 0xC00, 0xC80, 0xD00, 0xD80, 0xE00, 0xE80, 0xF00, 0x1000, 0x10A0, 0x1100, 0x1200, 0x13A0, 0x1400, 0x1680, 0x1700,
          0x1780, 0x1800, 0x1B00, 0x1D00, 0x1E00, 0x1F00, 0x2000, 0x2070, 0x20A0, 0x20D0, 0x2100, 0x2190, 0x2200, 0x2300, 0x2460, 0x2500,
          0x2600, 0x2C00, 0x2D00, 0x2E80, 0x3000, 0x3040, 0x30A0, 0x3100, 0x3130, 0x3200, 0x3300, 0x3400, 0x4E00, 0x9F00, 0xA000, 0xA640,
          0xA800, 0xA900, 0xAC00, 0xD700, 0xE000, 0xF900, 0xFA00, 0xFB00, 0xFE00, 0xFF00, 0x10000, 0x10400, 0x10A00, 0x11000, 0x16F00, 0x1D100,
          0x1D400, 0x1E000, 0x1F300, 0x1F600, 0x20000, 0x2F800, 0xE0000, 0x10FF00]
PIECES = ["é", "e\u0301", "a\u0327\u0301", "[SEP]", "[MASK]", "[MASK", "]", "[PAD]", "[unused1]", "ab", "x" * 50, "x" * 99, "x" * 100, "x" * 101, " ",
          "\u0345", "\u302e\U0001d165", "\u302e\u1b44", "\u302e\u0903\u1b44", "\U0001d15e\u1b44", "Ǆ", "ß", "İ", "ﬁ", "\0", "\ufffd", "\u200d", "\u00ad", "\t",
          "\r\n", "\u0085", "\u2028", "\u2000", "\u3000", "#", "##ing", "中", "한국어", "\u1100\u1161\u11a8", "ｆｕｌｌ", "①", "don't", "U.S.", "3.14", "´", "`",
          "~", "$", "^", "|", "<", "<s>", "</s>", "<mask>", "<unk>", "▁", "  ", "«", "…", "—", "--", "-----", "👨\u200d👩\u200d👧", "🇩🇪🇫", "👍🏽", "ก\u0e33", "क\u094dष",
          "©\u200d™\u0301", "क\u094d\u0958\u0301", "\u0600ﬁ\u0301", "ｅ\u0301", "\r\n\u0301", "NEW", "new", "Straße", "ΑΣ", "é" * 101, "가" * 34]
SOURCES = ("/usr/share/common-licenses/*", "/usr/share/unicode/*.txt", "/usr/share/postgresql/*/tsearch_data/*", "/usr/share/doc/*/copyright",
           "/usr/share/perl*/**/*.pod", "/usr/share/locale/*/LC_MESSAGES/*.mo")


def character(generator, low, high):
    while True:
        code_point = generator.randrange(low, high)
        if not 0xD800 <= code_point < 0xE000:
            return chr(code_point)


def made(count, words, seed=20240229):
    """`count` texts; `words` are mixed in."""
    generator = random.Random(seed)
    some = generator.randrange
    texts = ["", " ", "\0", "x" * 5000, "word " * 600, "[CLS] [SEP]", "[cls]"] + PIECES
    while len(texts) < count:
        block = generator.choice(BLOCKS)
        texts += [
            "".join(character(generator, block, min(block + 256, 0x110000)) for _ in range(some(1, 20))),
            " ".join("".join(character(generator, block, min(block + 256, 0x110000)) for _ in range(some(1, 6))) for _ in range(some(1, 5))),
            "".join(character(generator, 0, 0x110000) for _ in range(some(1, 16))),
            "".join(character(generator, 0, 0x3000) for _ in range(some(1, 16))),
            "".join(generator.choice(PIECES) for _ in range(some(1, 9))),
            " ".join(generator.choice(words) for _ in range(some(1, 16))),
            "".join(generator.choice(words) for _ in range(some(2, 6))),
            "".join(generator.choice("aeinorst \u0301\u0308\u0327AÉßσΣ-.") for _ in range(some(1, 30))),
        ]
    return texts[:count]


def found(count):
    """`count` different lines of files that Debian installs."""
    lines = {}
    for pattern in SOURCES:
        taken = len(lines)
        for path in sorted(glob.glob(pattern, recursive=True)):
            with open(path, "rb") as file:
                content = file.read(2_000_000)
            # Catalogues hold their texts one behind the other, each with a NUL.
            for line in content.replace(b"\0", b"\n").decode("utf-8", "ignore").split("\n"):
                lines.setdefault(line.strip()[:600])
            if len(lines) - taken >= count // 2 or len(lines) >= count:
                break
        if len(lines) >= count:
            break
    return list(lines)[:count]
