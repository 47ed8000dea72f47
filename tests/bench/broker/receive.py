"""How fast messages are consumed, each exactly once, from a backlog that was there before."""

from harness import alternate, best_peer

ROUNDS = 3
SECONDS = 3.0  # of steady consuming
FIRST_SIZE = {1: 2_000, 100: 30_000, 500: 40_000}
LARGEST = 1_200_000

# (competitor, batch, readers in a process, processes). Readers and processes are what did best on two cores; graphile-worker's
# local queue of 500 is what its documentation measures with, so it stands for batches of 100 and of 500.
BATCH_1 = [("broker", 1, 8, 1), ("graphile_worker", 1, 8, 1), ("pg_boss", 1, 8, 1), ("pgqueuer", 1, 2, 1)]
LOCAL_QUEUE = ("graphile_worker", 500, 24, 2)
BATCH_100 = [("broker", 100, 4, 1), LOCAL_QUEUE, ("pg_boss", 100, 2, 2), ("pgqueuer", 100, 1, 2)]
BATCH_500 = [("broker", 500, 2, 1), LOCAL_QUEUE, ("pg_boss", 500, 2, 2), ("pgqueuer", 500, 1, 2)]
MORE = [("broker", 100, 1, 1), ("broker", 100, 2, 1), ("broker", 100, 8, 1), ("graphile_worker", 500, 24, 1)]


class Measure:
    """Rates of cases; each time the backlog is made so large that consuming it takes long enough, as far as the time before tells."""

    def __init__(self, bench):
        self.bench, self.sizes = bench, {}

    def __call__(self, case):
        name, batch, readers, processes = case
        competitor = self.bench.competitor(name)
        while True:
            size = self.sizes.setdefault(case, FIRST_SIZE[batch])
            competitor.fill(size)
            record = competitor.drain(size, readers, batch, self.bench.output(), processes)
            rate, seconds = record.rate(), record.seconds()
            self.bench.say(f"receive {label(case)}: {size} messages, {rate:.0f}/s over {seconds:.1f} s")
            self.sizes[case] = min(LARGEST, max(FIRST_SIZE[batch], int(rate * SECONDS * 1.2)))
            if seconds >= 0.7 * SECONDS or size == LARGEST:
                return rate


def label(case):
    name, batch, readers, processes = case
    return f"{name} batch {batch}, {processes * readers} readers" + (f" in {processes} processes" if processes > 1 else "")


def run(bench):
    measure = Measure(bench)
    cases = list(dict.fromkeys(BATCH_1 + BATCH_100 + BATCH_500))
    rates = alternate(ROUNDS, cases, measure) | alternate(1, MORE, measure)
    for case, rate in rates.items():
        name, batch, readers, processes = case
        bench.value(f"receive{batch}_{name}_{processes * readers}_readers", rate, "messages/s")
    for batch, group in ((1, BATCH_1), (100, BATCH_100), (500, BATCH_500)):
        peers = {case: rate for case, rate in rates.items() if case in group or batch > 1 and case[:2] == LOCAL_QUEUE[:2]}
        bench.ratio(f"receive{batch}_vs_best_peer", rates[group[0]] / best_peer(peers))
