"""The broker against other queues on PostgreSQL: graphile-worker, pg-boss and pgqueuer, all on one throw-away server with default
settings, each in a database of its own. --only SCENARIO[,…] runs a part.

broker/ has one file a scenario, competitors.py says how each queue is run, client/ and peers/ are the load programs."""

import argparse
import contextlib
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "broker"))

import enqueue
import latency
import receive
import steadiness
from cluster import Cluster
from harness import Bench

SCENARIOS = {
    "receive": receive.run,
    "enqueue": enqueue.run,
    "held": steadiness.held,
    "live": steadiness.live,
    "latency": latency.run,
    "backlog": steadiness.backlog,
}


def scenarios(text):
    names = text.split(",")
    for name in names:
        if name not in SCENARIOS:
            raise argparse.ArgumentTypeError(f"unknown scenario {name}: there are {', '.join(SCENARIOS)}")
    return names


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench broker", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--only", type=scenarios, default=list(SCENARIOS), metavar="SCENARIO[,...]", help=", ".join(SCENARIOS))
    wanted = parser.parse_args().only
    with contextlib.closing(Cluster()) as cluster, tempfile.TemporaryDirectory(prefix="hart-bench-") as folder:
        bench = Bench(cluster, folder)
        for name in wanted:
            bench.say(f"-- {name}")
            SCENARIOS[name](bench)
        bench.say("done")
        bench.print_ratios()


if __name__ == "__main__":
    main()
