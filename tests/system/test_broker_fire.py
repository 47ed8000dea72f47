"""The broker under fire: readers killed, backends terminated, the server stopped, transactions rolled back, for as long as
HARTONOMOUS_FIRE_SECONDS says (60; the promise is 300 with 200,000 messages). HARTONOMOUS_FIRE_SEED repeats the order of blows."""

import os
import random
import re
import statistics
import time

import psycopg
import pytest

import fire_processes
from fire_accounts import LINGER, Books, Ledger
from fire_processes import Holder, Reader
from waiting import wait_until

SLOW = True
SECONDS = int(os.environ.get("HARTONOMOUS_FIRE_SECONDS", "60"))
MESSAGES = SECONDS * 200_000 // 300
SEED = int(os.environ.get("HARTONOMOUS_FIRE_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)

QUEUE = "InferenceQueue"
BATCHES = (1, 1, 7, 7, 25, 25, 100, 100)  # of eight readers; every second uses hart_broker_next
SENDERS = 4
CONVERSATIONS = 1000
MAX_ATTEMPTS, MAX_ROLLBACKS = 3, 5
QUIET = 99 * 10**9  # numbers of the quiet phase's messages begin here


def book(database):
    """The tables of the test, and the conversations."""
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "broker_fire")
    with open(os.path.join(folder, "objects.sql"), encoding="utf-8") as file:
        database.query(file.read())
    database.query("UPDATE broker.queue SET max_attempts = %s, max_rollbacks = %s WHERE name = %s", (MAX_ATTEMPTS, MAX_ROLLBACKS, QUEUE))
    database.query("""
        WITH begun AS MATERIALIZED (
            SELECT broker.begin_conversation('ClientService', 'InferenceService', 'InferenceJobContract', priority => 1 + i %% 10) AS handle
            FROM generate_series(1, %s) AS i)
        SELECT count(*) FROM begun""", (CONVERSATIONS,))
    database.query("INSERT INTO fire.dialog SELECT c.handle, c.far_handle FROM broker.conversation c WHERE c.is_initiator")


class Storm:
    """The blows. Each is a method; which one comes is drawn by these weights."""

    WEIGHTS = {"kill_reader": 45, "terminate_reader": 15, "terminate_sender": 8, "stop_immediately": 2, "stop_fast": 1, "turn_off": 4,
               "compact": 12, "maintain": 5, "hold_snapshot": 3}

    def __init__(self, cluster, database, readers, seed):
        self.cluster, self.database, self.readers = cluster, database, readers
        self.chance = random.Random(seed)
        self.blows = dict.fromkeys(self.WEIGHTS, 0)
        self.terminated, self.stops, self.compacted = {}, [], []  # connection: when, (from, to), answers
        self.snapshot, self.snapshot_until, self.last_blow_at = None, 0.0, 0.0

    def strike(self):
        """One blow, and the pause behind it, whose length is drawn too."""
        blow = self.chance.choices(list(self.WEIGHTS), self.WEIGHTS.values())[0]
        self.blows[blow] += 1
        getattr(self, blow)()
        self.last_blow_at = time.time()
        if self.snapshot and time.monotonic() > self.snapshot_until:
            self.let_go()
        time.sleep(self.chance.uniform(0.01, 0.45))

    def kill_reader(self):
        self.chance.choice(self.readers).kill()

    def terminate_reader(self):
        self._terminate("fire-reader-%")

    def terminate_sender(self):
        self._terminate("fire-sender-%")

    def _terminate(self, names):
        with self.cluster.connect(self.database.name) as admin:
            there = admin.execute("SELECT application_name, pid FROM pg_stat_activity WHERE application_name LIKE %s ORDER BY 1", (names,)).fetchall()
            if there:
                name, pid = self.chance.choice(there)
                self.terminated[name] = time.time()
                admin.execute("SELECT pg_terminate_backend(%s, 10000)", (pid,))

    def stop_immediately(self):
        self._restart("immediate")

    def stop_fast(self):
        self._restart("fast")

    def _restart(self, mode):
        begun = time.time()
        self.cluster.restart(mode)
        self.stops.append((begun, time.time()))

    def turn_off(self):
        self.database.query("SELECT broker.disable_queue(%s)", (QUEUE,))
        time.sleep(self.chance.uniform(0.0, 0.3))
        self.database.query("SELECT broker.enable_queue(%s)", (QUEUE,))

    def compact(self):
        self.compacted.append(self.database.value("SELECT broker.compact(min_bytes => 1000000)"))

    def maintain(self):
        self.database.query("SELECT broker.maintain()")

    def hold_snapshot(self):
        self.let_go()
        self.snapshot = self.database.connect()
        self.snapshot.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        self.snapshot.execute("SELECT count(*) FROM fire.dialog")
        self.snapshot_until = time.monotonic() + self.chance.uniform(1.0, 8.0)

    def let_go(self):
        if self.snapshot:
            self.snapshot.close()
            self.snapshot = None


@pytest.fixture
def readers(database, tmp_path):
    """Eight readers; what they had in hand when they died is in their events()."""
    made = []

    def run():
        book(database)
        made.extend(Reader(database.conninfo(), tmp_path, number, batch, number % 2) for number, batch in enumerate(BATCHES))
        return made

    yield run
    for reader in made:
        reader.close()


@pytest.fixture
def senders(database):
    """Four senders of MESSAGES together, at a steady rate that leaves the storm some time."""
    made = []

    def run():
        made.extend(fire_processes.start("send", conninfo=database.conninfo(), name=f"sender-{number}", number=number, batch=100,
                                         messages=-(-MESSAGES // SENDERS), seconds=SECONDS * 9 // 10) for number in range(SENDERS))
        return made

    yield run
    for process in made:
        process.kill()
        process.wait()
        process.stdout.close()


def drain(database, readers, timeout):
    """Nothing waits, nothing is in hand, nothing is due later."""

    def is_empty():
        assert not [reader.failure for reader in readers if reader.failure]
        return database.value("SELECT (SELECT count(*) FROM broker.message) + (SELECT count(*) FROM broker.deferred_message)") == 0

    wait_until(is_empty, timeout, "the queue is empty", 0.1)


def quiet_messages(database):
    """Messages that fail and that kill, alone and in the middle of conversations, while nobody strikes."""
    chance = random.Random(SEED)
    dialogs = database.query("SELECT handle, far_handle FROM fire.dialog ORDER BY handle LIMIT 20")
    kinds = ["fail"] * 20 + ["kill"] * 10 + ["late"] * 10 + ["error"] * 10 + ["fail-once"] * 20 + ["error-once"] * 10 + ["sound"] * 400
    chance.shuffle(kinds)
    with database.connect() as sender:
        for n, kind in enumerate(kinds, QUIET):
            handle, far = chance.choice(dialogs) if chance.random() < 0.7 else (None, None)
            with sender.transaction():
                if handle:
                    sender.execute("SELECT broker.send(%s, 'InferenceJobRequest', jsonb_build_object('n', %s::bigint, 'kind', %s::text))", (handle, n, kind))
                else:
                    sender.execute("""SELECT broker.send_one('ClientService', 'InferenceService', 'InferenceJobContract', 'InferenceJobRequest',
                                                             jsonb_build_object('n', %s::bigint, 'kind', %s::text))""", (n, kind))
                sender.execute("INSERT INTO fire.sent (n, kind, conversation) VALUES (%s, %s, %s)", (n, kind, far))
    return len(kinds)


def log_disconnections(cluster):
    """From now on the server's log says when each connection had ended: "SECONDS NAME LOG:  disconnection: …"."""
    for setting in ("log_disconnections = on", "log_line_prefix = '%n %a '"):
        cluster.psql(f"ALTER SYSTEM SET {setting}")
    cluster.psql("SELECT pg_reload_conf()")


def ends_of_connections(cluster):
    """connection: when its server process had ended."""
    return {name: float(at) + 0.001 for at, name in re.findall(r"^(\d+\.\d+) (fire-\S+) LOG:  disconnection: ", cluster.log(), re.MULTILINE)}


def books_are_right(cluster, database, readers, storm):
    books = Books(database)
    books.exactly_once()
    conversations = books.in_order()
    books.kinds()
    ledger = Ledger([event for reader in readers for event in reader.events(storm.terminated)], storm.terminated, storm.stops,
                    ends_of_connections(cluster))
    counted, exact = books.attempts(ledger, MAX_ATTEMPTS, MAX_ROLLBACKS)
    print(f"{len(books.sent)} messages: {len(books.effects)} effects, {len(books.dead)} dead letters; {conversations} conversations in order; "
          f"{counted} messages with attempts, of {exact} exactly known; events {dict(ledger.kinds)}, {len(ledger.unnoted)} deaths in receive, of {sum(end - begin < 1 for begin, end, _ in ledger.unnoted)} known when within a second")
    return books, ledger


def quiet_books_are_right(books, ledger):
    """Nothing is uncertain: attempts are exact, and the limits are."""
    is_quiet = lambda n: n >= QUIET
    counted, exact = books.attempts(ledger, MAX_ATTEMPTS, MAX_ROLLBACKS, is_quiet)
    assert counted == exact
    for n, dead in books.dead.items():
        if is_quiet(n):
            kind, (_, attempts, rollbacks, reason, *_) = books.sent[n][1], dead
            limit = MAX_ROLLBACKS if kind == "kill" else MAX_ATTEMPTS
            assert (rollbacks if kind == "kill" else attempts - rollbacks) == limit, (kind, dead)
            assert kind != "kill" or attempts == rollbacks
            assert reason == f"Exceeded maximum delivery attempts of {limit}"


LOCKS = """SELECT l.classid::integer, l.objid, a.application_name FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
           WHERE l.locktype = 'advisory' AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
LEFT_OVER = ("message", "deferred_message", "undelivered_message", "conversation")


def nothing_is_left(database, readers):
    """After both sides have ended all conversations and the readers have gone."""
    database.query("SELECT count(broker.end_conversation(d.handle)) FROM fire.dialog d")
    wait_until(lambda: database.value("SELECT count(*) FROM broker.conversation") == 0, 60, "all conversations have ended")
    for reader in readers:
        reader.stop()
        assert reader.failure is None
    wait_until(lambda: not database.query(LOCKS), 10, "nobody holds a lock of the broker")
    assert {table: database.value(f"SELECT count(*) FROM broker.{table}") for table in LEFT_OVER} == dict.fromkeys(LEFT_OVER, 0)
    database.value("SELECT broker.compact(min_bytes => 0)")
    assert database.value("SELECT pg_total_relation_size('broker.message')") <= 65536


def test_everything_exactly_once_in_order_and_accounted_for(cluster, database, readers, senders):
    print(f"\nHARTONOMOUS_FIRE_SEED={SEED} HARTONOMOUS_FIRE_SECONDS={SECONDS}: {MESSAGES} messages", flush=True)
    log_disconnections(cluster)
    readers, begun = readers(), time.monotonic()
    senders, storm = senders(), Storm(cluster, database, readers, SEED)
    while time.monotonic() - begun < SECONDS or any(process.poll() is None for process in senders):
        storm.strike()
        assert not [reader.failure for reader in readers if reader.failure]
        assert time.monotonic() - begun < SECONDS * 2 + 60, "the senders do not come to their end"
    storm.let_go()
    assert [process.returncode for process in senders] == [0] * SENDERS
    waiting = database.value("SELECT count(*) FROM broker.message")
    print(f"storm {time.monotonic() - begun:.0f} s: {storm.blows}; readers started {sum(reader.starts for reader in readers)} times; "
          f"{waiting} messages wait; compacted {sum('given back' in done for done in storm.compacted)} of {len(storm.compacted)} times", flush=True)
    drain(database, readers, 60 + SECONDS / 2)
    print(f"drained after {time.monotonic() - begun:.0f} s", flush=True)
    wait_until(lambda: time.time() > storm.last_blow_at + LINGER, LINGER + 1)  # whatever a blow did is done
    sent = quiet_messages(database)
    drain(database, readers, 60)
    assert storm.blows["kill_reader"] and storm.stops and storm.terminated, "it was no storm"
    books, ledger = books_are_right(cluster, database, readers, storm)
    assert len(books.sent) >= MESSAGES + sent
    quiet_books_are_right(books, ledger)
    nothing_is_left(database, readers)


# By itself -----------------------------------------------------------------------------------------------------

@pytest.fixture
def holder(database):
    """holder(name): a reader that is led by hand."""
    made = []

    def run(name, **connection):
        made.append(Holder(database.conninfo(**connection), name))
        return made[-1]

    yield run
    for process in made:
        process.close()


def send_ten(database):
    database.query("""SELECT broker.send_many('ClientService', 'InferenceService', 'InferenceJobContract', 'InferenceJobRequest',
                                              array_agg(jsonb_build_object('n', i))) FROM generate_series(1, 10) AS i""")


@pytest.mark.parametrize("mode", ["immediate", "fast"])
def test_what_a_stop_of_the_server_rolls_back_keeps_its_attempts(cluster, database, holder, mode):
    """Three readers in C and one in plain SQL hold ten messages each, three times."""
    for _ in range(3):
        holders = [holder(f"holder-{number}") for number in range(3)]
        for one in holders:
            send_ten(database)
            assert one.ask("take 10", "holding") == ["10", "0"]
        send_ten(database)
        plain = database.connect()
        plain.execute("BEGIN")
        assert [row[3] for row in plain.execute("SELECT * FROM broker.receive(%s, 10)", (QUEUE,)).fetchall()] == [0] * 10
        cluster.restart(mode)
        for one in holders:
            one.ask("complete", "retry")
        plain.close()
        assert holder("afterwards").ask("take 40", "holding") == ["40", "0"]
        assert database.value("SELECT count(*) FROM broker.dead_letter") == 0
        cluster.restart(mode)
        consume(database, 40)


def consume(database, count):
    """In plain SQL; nothing may have cost an attempt."""
    got = []
    with database.connect() as reader:

        def all_are_here():
            got.extend(row[3] for row in reader.execute("SELECT * FROM broker.receive(%s, 100)", (QUEUE,)).fetchall())
            return len(got) >= count

        wait_until(all_are_here, 20, f"{count} messages")
    assert got == [0] * count


def test_upkeep_that_counts_a_dead_reader_keeps_the_limit(database):
    """compact() meets deliveries that no reader has looked at since they ended: the last attempt ends there as anywhere else."""
    database.query("UPDATE broker.queue SET max_rollbacks = 2 WHERE name = %s", (QUEUE,))
    waiting = "SELECT count(*), min(attempts), min(rollbacks) FROM broker.message"
    assert not database.query("SELECT * FROM broker.receive(%s)", (QUEUE,))  # notes when the server started
    send_ten(database)
    for rollbacks, left in ((1, (10, 1, 1)), (2, (9, 1, 1))):
        with database.connect() as reader:
            reader.execute("BEGIN")
            wanted = 10 if rollbacks == 1 else 1
            assert len(reader.execute("SELECT * FROM broker.receive(%s, %s)", (QUEUE, wanted)).fetchall()) == wanted
            reader.execute("ROLLBACK")
        assert "given back" in database.value("SELECT broker.compact(min_bytes => 0)")
        assert database.query(waiting) == [left]
    assert database.query("SELECT attempt_count, metadata ->> 'rollbacks', reason FROM broker.dead_letter") == \
        [(2, "2", "Exceeded maximum delivery attempts of 2")]
    assert database.query("SELECT rolled_back, buried FROM broker.queue_activity WHERE queue = %s", (QUEUE,)) == [(11, 1)]


def test_a_dead_readers_messages_are_with_another_within_50_ms(database, holder):
    """A time in a test of correctness, since here the time is the promise. It is the median of many that is asserted, so that a
    machine that is busy for a moment does not fail it. The ten come one by one, and the sleeper does not wait for the disk between
    them: that is not what is measured."""
    sleeper, first, last = holder("sleeper", options="-c synchronous_commit=off"), [], []
    for _ in range(40):
        victim = holder("victim")
        send_ten(database)
        assert victim.ask("take 10", "holding") == ["10", "0"]
        sleeper.ask("watch 10", "asleep")
        time.sleep(random.uniform(0.0, 0.06))  # anywhere in the sleeper's nap
        killed = time.monotonic_ns() // 1000
        victim.kill()
        times = [int(word) - killed for word in sleeper.expect("done")]
        first.append(times[0] / 1000)
        last.append(times[1] / 1000)
    print(f"\nredelivered: first p50 {statistics.median(first):.1f} ms, max {max(first):.1f} ms; "
          f"all ten p50 {statistics.median(last):.1f} ms, max {max(last):.1f} ms")
    assert statistics.median(last) < 50
