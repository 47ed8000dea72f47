"""Graph sync: broker and daemon into an empty Neo4j, against the official Python driver doing bare UNWIND … MERGE of the same rows;
latency at a steady rate; memory. Throw-away servers with the tests' settings. --only SCENARIO[,…] runs others (queues that are full already, portions, either
interface, lanes, parents that come later), --quick takes fewer atoms and one round.

graph-sync/ has the parts."""

import argparse
import contextlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "graph-sync"))

import lineage
import steady
import whole
from harness import Bench, median, metric, peak, timed


class Sides:
    """Both sides of the comparison on one set of rows."""

    def __init__(self, bench):
        self.bench = bench
        lineage.load(bench, bench.atoms)
        self.edges = lineage.link(bench, bench.atoms)
        self.rows = len(self.edges) * 2 + 1
        self.peer = None

    def daemon(self, request=lineage.request_each, queued=False, **sections):
        """Seconds for everything into the empty graph, and for everything again; the daemon's peak and its requests a second.

        The clock runs from the first message that is sent (queued: from the start of the daemon, all messages lie there)."""
        bench = self.bench
        bench.wipe()
        if queued:
            request(bench, self.edges)
            with bench.daemon(**sections) as daemon:
                return timed(lambda: bench.wait_idle(daemon))
        with bench.daemon(**sections) as daemon:
            def everything():
                request(bench, self.edges)
                bench.wait_idle(daemon)

            first = timed(everything)
            requests = metric(daemon, "hartonomous_graph_requests_total") / first
            lineage.check(bench, self.edges)
            repeat = timed(everything)
            lineage.check(bench, self.edges)
            memory = peak(daemon)
            daemon.stop()
        bench.say(f"daemon{' ' + str(sections) if sections else ''}: {first:.2f} s, again {repeat:.2f} s, {memory:.1f} MiB")
        return first, repeat, memory, requests

    def driver(self):
        """The same for the driver: (first, repeat)."""
        bench = self.bench
        bench.wipe()
        first = timed(self.peer.write)
        lineage.check(bench, self.edges)
        repeat = timed(self.peer.write)
        bench.say(f"driver: {first:.2f} s, again {repeat:.2f} s")
        return first, repeat

    def warm_up(self):
        """One discarded run of each; what the daemon has written becomes the driver's rows."""
        if self.peer:
            return
        self.bench.say("warm-up")
        self.daemon()
        self.peer = lineage.Peer(self.bench, *lineage.peer_rows(self.bench))
        self.driver()


def rates(bench, name, sides, measured):
    first, repeat, memory, requests = measured
    bench.value(f"{name}_rows_per_second", sides.rows / first, "nodes and relationships")
    bench.value(f"{name}_repeat_rows_per_second", sides.rows / repeat)
    bench.value(f"{name}_requests_per_second", requests)
    bench.value(f"{name}_resident", memory, "MiB at the peak")


def compare(bench, sides):
    """The comparison itself; sides take turns, each round in the other order."""
    sides.warm_up()
    ours, theirs = [], []
    for number in range(bench.rounds):
        if number % 2:
            theirs.append(sides.driver())
        ours.append(sides.daemon())
        if not number % 2:
            theirs.append(sides.driver())
    mine = [median(column) for column in zip(*ours)]
    peer = [median(column) for column in zip(*theirs)]
    rates(bench, "graph", sides, mine)
    bench.value("driver_rows_per_second", sides.rows / peer[0], "one connection, batches of 5,000")
    bench.value("driver_repeat_rows_per_second", sides.rows / peer[1])
    bench.ratio("graph_vs_driver", peer[0] / mine[0])
    bench.ratio("graph_repeat_vs_driver", peer[1] / mine[1])
    bench.ratio("graph_resident_to_limit", max(row[2] for row in ours) / 30)


def queued(bench, sides):
    """All messages lie in the queue when the daemon starts."""
    sides.warm_up()
    bench.value("graph_queued_rows_per_second", sides.rows / sides.daemon(queued=True), "from the start of the daemon")


def portions(bench, sides):
    """A message names 5,000 entities."""
    sides.warm_up()
    rates(bench, "graph_portions", sides, sides.daemon(request=lineage.request_portions))


def interfaces(bench, sides):
    """Each of Neo4j's HTTP interfaces by itself."""
    sides.warm_up()
    for api in ("query", "transaction"):
        rates(bench, f"graph_{api}", sides, sides.daemon(neo4j={"api": api}))


def lanes(bench, sides):
    """One and two connections to Neo4j."""
    sides.warm_up()
    for number in (1, 2):
        rates(bench, f"graph_{number}_lanes", sides, sides.daemon(neo4j={"lanes": number}))


def later(bench, sides):
    """Parents come after their children."""
    sides.warm_up()
    sides.edges = lineage.link(bench, bench.atoms, later=True)
    rates(bench, "graph_later_parents", sides, sides.daemon())
    sides.edges = lineage.link(bench, bench.atoms)


SCENARIOS = {
    "compare": compare,
    "queued": queued,
    "portions": portions,
    "interfaces": interfaces,
    "lanes": lanes,
    "later": later,
    "steady": steady.steady,
    "document": whole.document,
}


def scenarios(text):
    names = text.split(",")
    for name in names:
        if name not in SCENARIOS:
            raise argparse.ArgumentTypeError(f"unknown scenario {name}: there are {', '.join(SCENARIOS)}")
    return names


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench graph-sync", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--only", type=scenarios, default=["compare", "steady", "document"], metavar="SCENARIO[,...]",
                        help=", ".join(SCENARIOS) + "; compare, steady and document unless said otherwise")
    parser.add_argument("--quick", action="store_true", help="20,000 atoms and one round: a look, not a result")
    arguments = parser.parse_args()
    with contextlib.ExitStack() as stack:
        bench = Bench(stack, *((1, 20_000) if arguments.quick else (2, 200_000)))
        sides = Sides(bench)
        for name in arguments.only:
            bench.say(f"-- {name}")
            SCENARIOS[name](bench, sides)
        bench.say("done")
        bench.print_ratios()


if __name__ == "__main__":
    main()
