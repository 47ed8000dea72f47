"""How fast messages are sent: one a transaction, in arrays, or by COPY, which only ours has."""

import functools
import time

from harness import alternate, best_peer

ROUNDS = 3
SECONDS = 2.0
PEOPLE = ["broker", "graphile_worker", "pg_boss", "pgqueuer"]
SINGLE = [(name, 1, connections) for connections in (1, 8) for name in PEOPLE]
ARRAYS = [(name, size, 1) for size in (100, 1000) for name in PEOPLE]
COPIED = 1000  # messages a COPY

COPY = "COPY broker.outgoing (from_service, to_service, contract, message_type, body) FROM STDIN"
ROW = 'ClientService\tBenchReceiver\tBenchContract\tBenchMessage\t{"n": %d, "pad": "' + "x" * 180 + '"}\n'


def copy_rate(bench, _case):
    broker = bench.competitor("broker")
    broker.clear()
    broker.settle()
    sent, rows = 0, "".join(ROW % n for n in range(COPIED))
    with broker.cluster.connect(broker.database, broker.user["send"]) as connection:
        begun = time.monotonic()
        while (now := time.monotonic()) < begun + SECONDS:
            with connection.cursor().copy(COPY) as copy:
                copy.write(rows)
            sent += COPIED
    broker.clear()
    bench.say(f"enqueue broker COPY of {COPIED}: {sent / (now - begun):.0f}/s")
    return sent / (now - begun)


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
    bench.value(f"enqueue_copy_{COPIED}_broker", alternate(ROUNDS, ["copy"], functools.partial(copy_rate, bench))["copy"], "messages/s")

    def best(cases):
        return {case: rate for case, rate in rates.items() if case in cases}

    eight = best([case for case in SINGLE if case[2] == 8])
    arrays = best(ARRAYS)
    bench.ratio("enqueue_single_vs_best_peer", eight["broker", 1, 8] / best_peer(eight))
    bench.ratio("enqueue_array_vs_best_peer", max(arrays["broker", size, 1] for size in (100, 1000)) / best_peer(arrays))
