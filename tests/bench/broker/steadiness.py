"""Does the broker stay as fast under a transaction that somebody forgot, and with millions of messages waiting?"""

import contextlib
import statistics
import threading
import time

from program import Record

HELD_RUNS = 5
HELD_MESSAGES = 200_000
WARM_UP = 0.02  # of those 200,000

LIVE_SECONDS = 30
UPKEEP_SECONDS = 5

FEW, MANY = 10_000, 10_000_000
STEP = 5_000  # consumed, then sent again, so that the backlog keeps its size
STEPS_WARM, STEPS = 6, 60


@contextlib.contextmanager
def held_snapshot(broker):
    """A transaction that sees the database as it is now, and keeps the dead rows of all that comes from being removed."""
    with broker.cluster.connect(broker.database) as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        connection.execute("SELECT pg_current_snapshot()")
        yield
        connection.execute("COMMIT")


@contextlib.contextmanager
def upkeep(broker):
    """What every worker does beside its messages; more often than the default has it, so that it shows within a run."""
    ended = threading.Event()

    def work():
        with broker.cluster.connect(broker.database, "hartonomous") as connection:
            while not ended.wait(UPKEEP_SECONDS):
                connection.execute("SELECT broker.maintain()")
                connection.execute("SELECT broker.compact()")

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        ended.set()
        worker.join()


def held(bench):
    broker = bench.competitor("broker")
    ratios = []
    for number in range(1, HELD_RUNS + 1):
        broker.clear()
        with held_snapshot(broker):
            broker.fill(HELD_MESSAGES)
            record = broker.drain(HELD_MESSAGES, 4, 100, bench.output())
        tenth = (1 - WARM_UP) / 10
        first, last = record.rate(WARM_UP, WARM_UP + tenth), record.rate(1 - tenth, 1)
        ratios.append(last / first)
        bench.say(f"held snapshot: {first:.0f}/s in the first tenth, {last:.0f}/s in the last")
        bench.value(f"held_snapshot_first_tenth_{number}", first, "messages/s")
        bench.value(f"held_snapshot_last_tenth_{number}", last, "messages/s")
    bench.ratio("held_snapshot_last_to_first", statistics.median(ratios))


def live_rates(bench, what):
    """Messages consumed a second, over the whole time (but for the first two seconds) and over the last five."""
    broker = bench.competitor("broker")
    output = bench.output()
    with upkeep(broker), broker.start("receive", 2, 10, out=output) as readers, broker.start("send", 4) as senders:
        readers.begin()
        senders.begin()
        begun = time.monotonic() * 1e6
        time.sleep(LIVE_SECONDS)
        ended = time.monotonic() * 1e6
        senders.stop()
        readers.stop()
    record = Record(output)
    whole, end = record.rate_between(begun + 2e6, ended), record.rate_between(ended - 5e6, ended)
    bench.say(f"live, {what}: {whole:.0f}/s, {end:.0f}/s in the last five seconds")
    return whole, end


def live(bench):
    broker = bench.competitor("broker")
    broker.clear()
    broker.settle()
    without, without_end = live_rates(bench, "no snapshot held")
    broker.clear()
    broker.settle()
    with held_snapshot(broker):
        during, during_end = live_rates(bench, "a snapshot held")
    broker.clear()
    bench.value("live", without, "messages/s")
    bench.value("live_last_5_s", without_end, "messages/s")
    bench.value("live_held_snapshot", during, "messages/s")
    bench.value("live_held_snapshot_last_5_s", during_end, "messages/s")
    bench.ratio("held_snapshot_live", during / without)


def steady_rate(bench, waiting):
    """Messages a second by four readers of batch 100 while about `waiting` messages wait. A checkpoint before each step makes
    every step log whole pages, however many pages the backlog has."""
    broker = bench.competitor("broker")
    bench.say(f"backlog of {waiting}: loading")
    broker.load(waiting)
    consumed, seconds = 0, 0.0
    with broker.start("receive", 4, 100) as readers, broker.start("send", 1, 1000, first=waiting) as refill:
        for step in range(STEPS_WARM + STEPS):
            broker.connection.execute("CHECKPOINT")
            count, took = readers.go(STEP)
            refill.go(count)
            if step >= STEPS_WARM:
                consumed, seconds = consumed + count, seconds + took
    broker.clear()
    bench.say(f"backlog of {waiting}: {consumed / seconds:.0f}/s")
    return consumed / seconds


def backlog(bench):
    before, many, after = (steady_rate(bench, waiting) for waiting in (FEW, MANY, FEW))
    few = (before + after) / 2
    bench.value("backlog_10k", few, "messages/s, mean of before and after")
    bench.value("backlog_10m", many, "messages/s")
    bench.ratio("backlog_10m_to_10k", many / few)
