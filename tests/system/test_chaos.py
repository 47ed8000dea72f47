"""kill -9 of everything, twenty times during one load: nothing is lost, nothing is doubled.

Each victim dies less often than a queue's max_rollbacks, so no message may become a dead letter."""

import os
import random
import threading
import time

import psycopg
import pytest

import corpus
import truth

SLOW = True
SEED = int(os.environ.get("HARTONOMOUS_CHAOS_SEED", "20"))
ROUNDS_OF_EACH = 4
VICTIMS = ("ingestion", "graph-sync", "embedding", "postgresql", "neo4j")
DOCUMENTS_PER_KILL = 10


class Load(threading.Thread):
    """Delivers documents through SQL, as any client may, for as long as the test asks for more; an outage only delays it."""

    def __init__(self, database):
        super().__init__(daemon=True)
        self.database = database
        self.documents = {}
        self.wanted = 0
        self.failure = None
        self.ended = threading.Event()
        self.more = threading.Condition()

    def ask(self, count):
        with self.more:
            self.wanted += count
            self.more.notify()

    def finish(self, timeout):
        self.ended.set()
        self.ask(0)
        self.join(timeout)
        assert not self.is_alive(), "the load did not come to its end"
        if self.failure:
            raise self.failure

    def run(self):
        try:
            number = 0
            while True:
                with self.more:
                    while number >= self.wanted and not self.ended.is_set():
                        self.more.wait(1)
                if number >= self.wanted:
                    return
                self.deliver(f"load-{number}.txt", self.make(number))
                number += 1
        except Exception as error:  # handed to the test, which raises it
            self.failure = error

    @staticmethod
    def make(number):
        if number == 0:  # more than two steps of the ingestion
            return corpus.long(9 << 20)
        if number % 10 == 5:
            return corpus.binary(number, 200_000)
        return corpus.document(number, 60)

    def deliver(self, name, data):
        """Until it is known to be in. A lost COMMIT's outcome is asked for, as a careful client does."""
        self.documents[name] = data
        deadline = time.monotonic() + 120
        while True:
            try:
                with self.database.connect() as connection:
                    if not connection.execute("SELECT hartonomous.find_unchanged(7, %s, sha256(%s))", ("load:" + name, data)).fetchone()[0]:
                        connection.execute("SELECT hartonomous.enqueue_ingestion(%s, %s, 7, %s)", (name, data, "load:" + name))
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)


@pytest.fixture
def load(database):
    made = Load(database)
    yield made
    made.ended.set()


def test_kill_9_twenty_times(start, ctl, database, cluster, graph, load):
    chance = random.Random(SEED)
    daemons = {name: start(name).supervise() for name in ("ingestion", "graph-sync", "embedding")}
    victims = [victim for victim in VICTIMS for _ in range(ROUNDS_OF_EACH)]
    chance.shuffle(victims)
    load.start()
    hit_at_work, begun = 0, time.monotonic()
    for number, victim in enumerate(victims):
        load.ask(DOCUMENTS_PER_KILL)
        time.sleep(chance.uniform(0.1, 1.2))  # the moment is what varies; nothing is expected of it
        hit_at_work += bool(truth.queued(database))
        print(f"{number + 1:2} after {time.monotonic() - begun:5.1f} s: kill -9 {victim}, waiting {truth.queued(database)}; "
              + "; ".join(f"{name}: {daemon.status}" for name, daemon in daemons.items()), flush=True)
        if victim == "postgresql":
            cluster.kill9()
            cluster.start()
        elif victim == "neo4j":
            graph.kill9()
            graph.start()
        else:
            daemons[victim].kill()
    load.finish(120)
    assert hit_at_work >= 15, "the load was too small to be interrupted"
    truth.drain(database, 420)
    assert len(load.documents) == load.wanted
    truth.everything(database, ctl, graph, load.documents)
    assert all(len(deliveries) == 1 for deliveries in truth.sources_by_name(database).values())
    for name, daemon in daemons.items():
        assert daemon.restarts >= ROUNDS_OF_EACH, name
        daemon.stop()
