"""What needs no server: one sentence, tokens, and what the processor can do at the most."""

import os
import statistics
import subprocess

from daemons import program
from encoder_probe import Encoder
from harness import OURS

TOKENS = 20
CALLS = 500
LIMITS = {"exact": 5, "fast": 3}


def loops(*arguments):
    done = subprocess.run([program("bench_embedding_loops"), *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True)
    return float(done.stdout)


def peak():
    """GFLOP/s of both cores."""
    return loops("peak", len(os.sched_getaffinity(0)))


def tokens_of(bench, texts):
    with Encoder(model_dir=bench.model) as encoder:
        return encoder.call(texts)[1]["tokens"]


def latency(bench):
    """One sentence by the encoder itself, over and over."""
    with Encoder(model_dir=bench.model) as encoder:
        sentence = next(text for text in bench.sentences if encoder.call([text])[1]["tokens"] == TOKENS)
    for name in bench.engines(OURS):
        with Encoder(model_dir=bench.model, precision=name) as encoder:
            times = sorted(encoder.call([sentence])[1]["microseconds"] / 1000 for _ in range(CALLS))
        bench.value(f"{name}_one_sentence", statistics.median(times), f"ms, {TOKENS} tokens, the median")
        if name in LIMITS:
            bench.ratio(f"{name}_one_sentence_to_limit", statistics.median(times) / LIMITS[name])


def tokenizer(bench):
    path = os.path.join(bench.folder, "sentences.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(sentence + "\n" for sentence in bench.sentences)
    rate = loops("tokens", bench.model, path)
    bench.value("tokens_per_second_of_the_tokenizer", rate, "one core")
    bench.ratio("tokenizer_to_goal", rate / 1e7)
