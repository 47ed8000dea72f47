"""Sessions of the broker's tests: connections that are stepped by hand, statements that wait in the background."""

import json
import threading

import psycopg
import pytest

from waiting import wait_until

JOB = ("ClientService", "InferenceService", "InferenceJobContract", "InferenceJobRequest")
QUEUE = "InferenceQueue"
SEND = "SELECT broker.send_one(%s, %s, %s, %s, %s::jsonb)"
RECEIVE = "SELECT * FROM broker.receive(%s, %s)"


@pytest.fixture
def session(database):
    """session(): a connection of its own, closed with the test. Nothing waits for a lock for longer than 20 s."""
    opened = []

    def connect(**overrides):
        opened.append(database.connect(options="-c lock_timeout=20s", **overrides))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture
def role(cluster, database):
    """role(name, …): a role without any right, which can log in; gone with the test."""
    made = []

    def make(name, attributes="LOGIN"):
        cluster.psql(f'CREATE ROLE "{name}" {attributes}')
        made.append(name)
        return name

    yield make
    for name in made:
        cluster.psql(f'DROP OWNED BY "{name}" CASCADE; DROP ROLE "{name}"')


def value(connection, statement, parameters=None):
    return connection.execute(statement, parameters).fetchone()[0]


def send(connection, n, route=JOB, **more):
    """Sends {"n": n} one way; more: priority, deliver_after, idempotency_key. Returns its handle."""
    named = "".join(f", {name} => %s" for name in more)
    return value(connection, f"SELECT broker.send_one(%s, %s, %s, %s, %s::jsonb{named})", (*route, json.dumps({"n": n}), *more.values()))


def begin(connection, route=JOB, **more):
    """A conversation; more: lifetime, priority, related_to. Returns the initiator's handle."""
    named = "".join(f", {name} => %s" for name in more)
    return value(connection, f"SELECT broker.begin_conversation(%s, %s, %s{named})", (*route[:3], *more.values()))


def say(connection, handle, n, kind=JOB[3], **more):
    named = "".join(f", {name} => %s" for name in more)
    connection.execute(f"SELECT broker.send(%s, %s, %s::jsonb{named})", (handle, kind, json.dumps({"n": n}), *more.values()))


def far_end(connection, handle):
    return value(connection, "SELECT far_handle FROM broker.conversation WHERE handle = %s", (handle,))


def notices_of(connection, action):
    """What action() returns, and the notices and warnings that it raised."""
    said = []
    handler = lambda diagnostic: said.append(diagnostic.message_primary)
    connection.add_notice_handler(handler)
    try:
        return action(), said
    finally:
        connection.remove_notice_handler(handler)


def receive_rows(connection, most=10, queue=QUEUE, **more):
    """Rows of broker.receive as dictionaries. A receive that only counted deliveries that ended without a word is repeated."""
    named = "".join(f", {name} => %s" for name in more)
    for _ in range(10):
        cursor = connection.cursor(row_factory=psycopg.rows.dict_row)
        statement = f"SELECT * FROM broker.receive(%s, %s{named})"
        rows, said = notices_of(connection, lambda: cursor.execute(statement, (queue, most, *more.values())).fetchall())
        if not said:
            return rows
    raise AssertionError("receive never stops counting")


def receive(connection, most=10, queue=QUEUE, **more):
    """The numbers received, in order."""
    return [(row["body"] or {}).get("n", row["message_type"]) for row in receive_rows(connection, most, queue, **more)]


def roll_back_once(connection, most=1, queue=QUEUE):
    """A delivery that ends without a word, after those before it were counted. Returns its numbers."""
    for _ in range(10):
        connection.execute("BEGIN")
        rows, said = notices_of(connection, lambda: connection.execute(RECEIVE, (queue, most)).fetchall())
        connection.execute("COMMIT" if said else "ROLLBACK")
        if not said:
            return [row[2]["n"] for row in rows]
    raise AssertionError("receive never stops counting")


def refusal(connection, statement, parameters=None):
    """(SQLSTATE, message, hint) of the error that the statement must end with."""
    with pytest.raises(psycopg.Error) as caught:
        connection.execute(statement, parameters)
    diagnostic = caught.value.diag
    return diagnostic.sqlstate, diagnostic.message_primary, diagnostic.message_hint


class Background:
    """A statement that may wait, run in a thread of its own."""

    def __init__(self, database, connection, statement, parameters=None):
        self.database = database
        self.pid = connection.info.backend_pid
        self.rows = self.error = None
        self.thread = threading.Thread(target=self._run, args=(connection, statement, parameters), daemon=True)
        self.thread.start()

    def _run(self, connection, statement, parameters):
        try:
            cursor = connection.execute(statement, parameters)
            self.rows = cursor.fetchall() if cursor.description else None
        except psycopg.Error as error:
            self.error = error

    def until_it_waits(self, event_type="Lock"):
        """Returns once the statement waits for a lock of somebody else (or, Timeout, sleeps)."""
        with self.database.connect() as watcher:
            wait_until(lambda: watcher.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s AND wait_event_type = %s",
                                               (self.pid, event_type)).fetchone()[0], 10, f"the statement waits ({event_type})")
        assert self.thread.is_alive()
        return self

    def result(self, timeout=15):
        """Its rows; raises what it ended with."""
        self.thread.join(timeout)
        assert not self.thread.is_alive(), "the statement still waits"
        if self.error:
            raise self.error
        return self.rows


class Reader:
    """A reader as the C client is one: next_delivery, then COMMIT, or ROLLBACK, settle and release_delivery."""

    def __init__(self, connection, queue=QUEUE):
        self.connection = connection
        self.queue = value(connection, "SELECT broker.attach(%s)", (queue,))
        self.delivery = None
        self.ids = []

    def take(self, batch=10, previous=None):
        """BEGIN and next_delivery. Returns [(n, attempts), …], or the number below 1 that says why there is none."""
        if self.connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
            self.connection.execute("BEGIN")
        rows = self.connection.execute("SELECT id, body, attempts, delivery FROM broker.next_delivery(%s, %s, %s, %s)",
                                       (self.queue, batch, [0] * 10, previous)).fetchall()
        assert rows
        if rows[0][0] < 1:
            return rows[0][0]
        self.ids = [row[0] for row in rows]
        self.delivery = rows[0][3]
        return [(row[1]["n"], row[2]) for row in rows]

    def take_counted(self, batch=10):
        """As take, after the deliveries that ended without a word were accounted for."""
        taken = self.take(batch)
        if taken == 0:
            self.connection.execute("COMMIT")
            taken = self.take(batch)
        return taken

    def commit(self):
        self.connection.execute("COMMIT")
        self.release()

    def release(self):
        self.connection.execute("SELECT broker.release_delivery(%s)", (self.delivery,))

    def settle(self, blamed=None, poison=False, code="", text=""):
        """After ROLLBACK: blamed is a position. Returns whether that message was given up."""
        settled = value(self.connection, "SELECT broker.settle(%s, %s, %s, %s, %s, %s, %s)",
                        (self.queue, self.delivery, self.ids, None if blamed is None else self.ids[blamed], poison, code, text))
        self.release()
        return settled
