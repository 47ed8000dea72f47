"""Embedding: 5,000 English sentences from PostgreSQL rows to PostgreSQL rows on two cores, by the daemon in each of its precisions and
by sentence-transformers and fastembed; how exact the vectors are; and what one sentence, a token and a start cost.

--only PART[,…] runs a part, --engines ENGINE[,…] takes some of them, --quick takes fewer sentences. embedding/ has the parts."""

import argparse
import contextlib
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "embedding"))

import alone
import rows
from harness import OURS, PEERS, Bench

CORES = 2
PARTS = {
    "rate": rows.rate,
    "accuracy": rows.accuracy,
    "memory": rows.memory,
    "latency": alone.latency,
    "questions": rows.questions,
    "tokenizer": alone.tokenizer,
    "start": rows.start,
}


def chosen(known):
    def parse(text):
        names = text.split(",")
        for name in names:
            if name not in known:
                raise argparse.ArgumentTypeError(f"{name} is not known; one of {', '.join(known)}")
        return names

    return parse


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench embedding", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--only", type=chosen(PARTS), default=list(PARTS), metavar="PART[,...]", help=", ".join(PARTS))
    parser.add_argument("--engines", type=chosen(OURS + PEERS), default=OURS + PEERS, metavar="ENGINE[,...]", help=", ".join(OURS + PEERS))
    parser.add_argument("--quick", action="store_true", help="fewer sentences, one round: a look, not a result")
    parser.add_argument("--batch", type=int, help="batch size of the peers; without it each tries some and takes its best")
    arguments = parser.parse_args()
    # Whoever is started, PostgreSQL among them, shares these.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="hart-bench-"))
        bench = Bench(stack, folder, arguments)
        for name in arguments.only:
            bench.say(f"-- {name}")
            PARTS[name](bench)
        bench.say("done")
        bench.print_ratios()


if __name__ == "__main__":
    main()
