"""How fast messages are sent: one a transaction, or in arrays."""

import time

from harness import alternate, best_peer

ROUNDS = 3
SECONDS = 2.0
PEOPLE = ["broker", "graphile_worker", "pg_boss", "pgqueuer"]
SINGLE = [(name, 1, connections) for connections in (1, 8) for name in PEOPLE]
ARRAYS = [(name, size, 1) for size in (100, 1000) for name in PEOPLE]


def run(bench):
    def measure(case):
        name, size, connections = case
        competitor = bench.competitor(name)
        competitor.clear()
        competitor.settle()
        with competitor.start("send", connections, size) as senders:
            senders.go(10 * size * connections)  # statements are prepared, code is compiled
            senders.begin()
            time.sleep(SECONDS)
            sent, seconds = senders.stop()
        competitor.clear()
        bench.say(f"enqueue {name} {size} at once, {connections} connections: {sent / seconds:.0f}/s")
        return sent / seconds

    rates = alternate(ROUNDS, SINGLE + ARRAYS, measure)
    for (name, size, connections), rate in rates.items():
        how = f"single_{connections}_connections" if size == 1 else f"array_{size}"
        bench.value(f"enqueue_{how}_{name}", rate, "messages/s")

    def best(cases):
        return {case: rate for case, rate in rates.items() if case in cases}

    eight = best([case for case in SINGLE if case[2] == 8])
    arrays = best(ARRAYS)
    bench.ratio("enqueue_single_vs_best_peer", eight["broker", 1, 8] / best_peer(eight))
    bench.ratio("enqueue_array_vs_best_peer", max(arrays["broker", size, 1] for size in (100, 1000)) / best_peer(arrays))
