"""Documents made from a seed: the same on every machine, with sentences shared between documents."""

import random

WORDS = """atom river graph sentence daemon light stone memory broker winter lineage garden vector harbour signal copper orchard
theory ribbon marble lantern meadow engine thread candle mirror anchor valley cipher forest planet bridge needle canvas island summit
pepper saddle velvet walnut zephyr""".split()
VERBS = "keeps finds carries follows answers measures remembers crosses gathers returns".split()
SPECIAL = ["Die Straße ist naß, und das Café schließt um 23 Uhr.", "Привет, мир! Это проверка.", "今日は晴れです。明日は雨でしょう。",
           "Naïve coöperation costs 3.5 € per m².", "He said: “Dr. Smith arrived at 5 p.m.” Then he left.", "👩‍👩‍👧‍👦 is one family."]


def sentence(chance):
    words = [chance.choice(WORDS) for _ in range(chance.randint(3, 9))]
    text = f"the {words[0]} {chance.choice(VERBS)} the {' '.join(words[1:])}"
    return text.capitalize() + chance.choice([".", ".", ".", "!", "?"])


def document(seed, sentences=40):
    """Markdown or plain text as bytes."""
    chance = random.Random(seed)
    shared = [sentence(random.Random(f"shared {n}")) for n in range(50)]
    paragraphs = [f"# Document {seed}\n"] if chance.random() < 0.5 else []
    done = 0
    while done < sentences:
        count = min(chance.randint(1, 6), sentences - done)
        paragraphs.append(" ".join(chance.choice(shared) if chance.random() < 0.2 else chance.choice(SPECIAL) if chance.random() < 0.05 else sentence(chance)
                                   for _ in range(count)) + "\n")
        done += count
    return "\n".join(paragraphs).encode()


def long(size):
    """Text of at least `size` bytes with some thousand different sentences, which come again and again."""
    parts = [document(f"long {n}", 300) for n in range(6)]
    whole = b"\n".join(parts) + b"\n"
    return whole * (size // len(whole) + 1)


def binary(seed, size):
    return random.Random(seed).randbytes(size)
