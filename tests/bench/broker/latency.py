"""How long a message is under way when there are few: from just before it is sent until its reader has it."""

import time

from program import Record

RATE = 100  # messages a second
P50_LIMIT, P99_LIMIT = 1.2, 3.0  # milliseconds
# (competitor, readers, seconds)
OURS = [("broker", 1, 20), ("broker", 4, 20)]
PEERS = [("graphile_worker", 1, 10), ("pg_boss", 1, 10), ("pgqueuer", 1, 10)]


def measure(bench, name, readers, seconds):
    """(p50, p99) in milliseconds."""
    competitor, output = bench.competitor(name), bench.output()
    competitor.clear()
    competitor.settle()
    with (competitor.start("receive", readers, out=output, **competitor.arrival) as receivers,
          competitor.start("send", rate=RATE) as sender):
        receivers.begin()
        sender.begin()
        time.sleep(seconds + 1)  # the first second does not count
        sender.stop()
        receivers.stop()
    times = Record(output).latencies()
    p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
    bench.say(f"latency {name}, {readers} readers: p50 {p50:.2f} ms, p99 {p99:.2f} ms of {len(times)} messages")
    bench.value(f"latency_p50_{name}_{readers}_readers", p50, "ms")
    bench.value(f"latency_p99_{name}_{readers}_readers", p99, "ms")
    return p50, p99


def run(bench):
    ours = [measure(bench, *case) for case in OURS]
    for case in PEERS:
        measure(bench, *case)
    bench.ratio("latency_p50_to_limit", max(p50 for p50, _ in ours) / P50_LIMIT)
    bench.ratio("latency_p99_to_limit", max(p99 for _, p99 in ours) / P99_LIMIT)
