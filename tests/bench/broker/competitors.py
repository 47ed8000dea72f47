"""The broker and its peers: how each is installed, filled, emptied and run. All on one server, each in a database of its own."""

import contextlib
import os
import subprocess

from daemons import Settings, program
from program import Program, Record
from waiting import wait_until

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = os.path.join(os.path.dirname(HERE), "..", "..", "build", "bench-broker")


def read(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return file.read()


class Competitor:
    """A queue. `name` names its lines, `waiting` finds the messages that are not consumed yet."""

    name = waiting = clearing = None
    user = {"receive": "postgres", "send": "postgres", "install": "postgres"}
    arrival = {"arrival": 1}  # how a receiver is told that messages are rare, and that their arrival counts

    def __init__(self, cluster):
        self.cluster = cluster
        self.database = f"bench_{self.name}"
        cluster.psql(f"CREATE DATABASE {self.database} OWNER hartonomous")
        self.install()
        self.connection = cluster.connect(self.database)

    def program(self):
        raise NotImplementedError

    def start(self, mode, members=1, batch=1, **options):
        words = {"members": members, "batch": batch, **options}
        return Program([*self.program(), mode, self.cluster.conninfo(self.database, self.user[mode]),
                        *(f"{name}={value}" for name, value in words.items())])

    def install(self):
        with self.start("install"):
            pass

    def drain(self, count, members, batch, out, processes=1):
        """Consumes the `count` messages that wait, by `members` readers in each of `processes`."""
        with contextlib.ExitStack() as stack:
            programs = [stack.enter_context(self.start("receive", members, batch, out=f"{out}.{i}")) for i in range(processes)]
            for one in programs:
                one.begin()
            wait_until(self.is_empty, 300, f"{self.name} is empty", 0.1)
            for one in programs:
                one.stop()
        record = Record(out)
        record.require_exactly_once(count, self.name)
        return record

    def clear(self):
        self.connection.execute(self.clearing)

    def fill(self, count):
        """Exactly `count` messages, numbered from 0, in the way that is fastest for each."""
        self.clear()
        with self.start("send", members=2, batch=1000) as sender:
            sender.go(count)
        self.settle()

    def settle(self):
        """Statistics as autovacuum would make them within a minute, and nothing left to write from before."""
        self.connection.execute("ANALYZE")
        self.connection.execute("CHECKPOINT")

    def is_empty(self):
        return not self.connection.execute(f"SELECT EXISTS ({self.waiting})").fetchone()[0]


class Broker(Competitor):
    name = "broker"
    waiting = "SELECT FROM broker.message"
    clearing = "TRUNCATE broker.message"
    user = {"receive": "bench_reader", "send": "bench_sender"}
    arrival = {}  # what it does anyway

    def program(self):
        return [program("bench_broker_client")]

    def install(self):
        with contextlib.closing(Settings(self.cluster.conninfo(self.database, None))) as settings:
            settings.write_common(logging={"level": "warning"})
            subprocess.run([program("hartonomousctl"), "--config-dir", settings.folder, "schema", "apply"], check=True,
                           stdout=subprocess.DEVNULL, env=settings.environment("hartonomous"))
        self.cluster.psql(read("objects.sql"), self.database, "hartonomous")

    def drain(self, count, members, batch, out, processes=1):
        with self.start("receive", members, batch, out=f"{out}.0") as readers:
            readers.go(count)
        record = Record(out)
        record.require_exactly_once(count, self.name)
        if not self.is_empty():
            raise SystemExit(f"{self.name}: messages are left")
        return record

    def load(self, count):
        """A backlog of millions, by one INSERT."""
        self.clear()
        with self.cluster.connect(self.database, "hartonomous") as connection:
            connection.execute(read("load_backlog.sql"), {"count": count})
        self.settle()


class Graphile(Competitor):
    name = "graphile_worker"
    waiting = "SELECT FROM graphile_worker._private_jobs"
    clearing = "TRUNCATE graphile_worker._private_jobs"

    def program(self):
        return [node(), os.path.join(PEERS, "graphile.mjs")]


class PgBoss(Competitor):
    name = "pg_boss"
    waiting = "SELECT FROM pgboss.job WHERE state < 'completed'"
    clearing = "TRUNCATE pgboss.job"  # with its partitions

    def program(self):
        return [node(), os.path.join(PEERS, "pg_boss.mjs")]


class PgQueuer(Competitor):
    name = "pgqueuer"
    waiting = "SELECT FROM pgqueuer"
    clearing = "TRUNCATE pgqueuer, pgqueuer_log, pgqueuer_statistics"

    def program(self):
        return [os.path.join(PEERS, "venv", "bin", "python3"), os.path.join(HERE, "peers", "pgqueuer_load.py")]


def node():
    machine = {"x86_64": "x64", "aarch64": "arm64"}[os.uname().machine]
    return os.path.join(PEERS, "node_modules", f"node-linux-{machine}", "bin", "node")


ALL = {kind.name: kind for kind in (Broker, Graphile, PgBoss, PgQueuer)}
