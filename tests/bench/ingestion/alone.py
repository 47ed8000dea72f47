"""What needs no server: hashes, chunks, sentences; each against what it stands on, by CPU time."""

import os
import subprocess

from daemons import BUILD
from harness import prose

PEER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pysbd_rate.py")
VENV = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "build", "bench-ingestion", "venv", "bin", "python3")


def loops(name, *arguments):
    """{case: bytes a second} of a measurement of loops.c."""
    done = subprocess.run([os.path.join(BUILD, "bin", "bench_ingestion_loops"), name, *arguments], check=True, capture_output=True, text=True)
    return {case: float(number) for case, number in (line.split() for line in done.stdout.splitlines())}


def show(bench, prefix, rates):
    for case, number in rates.items():
        bench.value(f"{prefix}_{case}", number / 1e6, "MB/s")


def small_hashes(bench):
    rates = loops("hash")
    show(bench, "small_hash", rates)
    bench.ratio("small_hash_vs_evp", rates["many"] / rates["evp"])


def chunking(bench):
    rates = loops("chunking")
    show(bench, "chunking", rates)
    bench.ratio("chunking_vs_sha256", rates["chunks_and_hashes"] / rates["sha256"])


def sentences(bench):
    folder = bench.path("sentences")
    prose(folder, 1, 20_000)
    text = os.path.join(folder, "0.txt")
    rates = loops("sentences", text)
    done = subprocess.run([VENV, PEER, text], check=True, capture_output=True, text=True)
    rates["pysbd"] = float(done.stdout)
    show(bench, "sentences", rates)
    bench.ratio("sentences_vs_pysbd", rates["ours"] / rates["pysbd"])
    bench.ratio("sentences_vs_icu", rates["ours"] / rates["icu"])
