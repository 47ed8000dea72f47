"""Ingestion: documents against bare COPY, sentences against ICU and pysbd, chunks and hashes against OpenSSL, on one throw-away
server with default settings. --only SCENARIO[,…] runs a part, --quick takes fewer files.

ingestion/ has the scenarios; ingestion/loops.c measures what needs no server."""

import argparse
import contextlib
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "ingestion"))

import alone
import big
import storing
from cluster import Cluster
from harness import Bench

SCENARIOS = {
    "hash": alone.small_hashes,
    "chunking": alone.chunking,
    "sentences": alone.sentences,
    "text": storing.text,
    "duplicates": storing.duplicates,
    "small-files": storing.small_files,
    "photo": big.photo,
    "memory": big.memory,
}


def scenarios(text):
    names = text.split(",")
    for name in names:
        if name not in SCENARIOS:
            raise argparse.ArgumentTypeError(f"unknown scenario {name}: there are {', '.join(SCENARIOS)}")
    return names


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench ingestion", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--only", type=scenarios, default=list(SCENARIOS), metavar="SCENARIO[,...]", help=", ".join(SCENARIOS))
    parser.add_argument("--quick", action="store_true", help="fewer files: a look, not a result")
    arguments = parser.parse_args()
    with contextlib.closing(Cluster()) as cluster, tempfile.TemporaryDirectory(prefix="hart-bench-") as folder:
        bench = Bench(cluster, folder, arguments.quick)
        for name in arguments.only:
            bench.say(f"-- {name}")
            SCENARIOS[name](bench)
        bench.say("done")
        bench.print_ratios()


if __name__ == "__main__":
    main()
