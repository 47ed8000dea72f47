"""What the scenarios share: PostgreSQL and Neo4j of the benchmark's own, daemons between them, and printing."""

import contextlib
import statistics
import subprocess
import time

from cluster import Cluster
from daemons import Daemon, Settings, program
from figures import Figures
from neo4j_server import Neo4j

BATCH = 5000  # rows of the driver's requests, and messages sent in one transaction


class Bench(Figures):
    def __init__(self, stack, rounds, atoms):
        self.rounds, self.atoms = rounds, atoms
        super().__init__()
        self.cluster = stack.enter_context(contextlib.closing(Cluster()))
        self.neo4j = stack.enter_context(contextlib.closing(Neo4j()))
        self.cluster.psql("CREATE DATABASE bench OWNER hartonomous")
        self.settings = stack.enter_context(contextlib.closing(Settings(self.cluster.conninfo("bench", None))))
        self.settings.credential("neo4j-password", self.neo4j.password)
        self.settings.write_common(logging={"level": "warning"})
        self._write_settings({})
        self.ctl("schema", "apply")
        self.ctl("graph", "apply")
        self.connection = stack.enter_context(self.cluster.connect("bench"))
        # Rows are loaded as they are; who tells the graph of them is the scenario.
        self.connection.execute("SET session_replication_role = replica")
        self.driver = stack.enter_context(self.neo4j.driver())

    def _write_settings(self, sections):
        neo4j = {"url": self.neo4j.url, "user": self.neo4j.user, **sections.get("neo4j", {})}
        self.settings.write("graph-sync", {**sections, "neo4j": neo4j})

    def ctl(self, *arguments):
        subprocess.run([program("hartonomousctl"), "--config-dir", self.settings.folder, *arguments], check=True,
                       stdout=subprocess.DEVNULL, env=self.settings.environment("hartonomous"))

    @contextlib.contextmanager
    def daemon(self, **sections):
        """A graph-sync with default settings but those in `sections`."""
        self._write_settings(sections)
        with contextlib.closing(Daemon("graph-sync", self.settings)) as daemon:
            yield daemon.wait_ready(60)

    def execute(self, statement, *parameters):
        return self.connection.execute(statement, parameters)

    def wait_idle(self, daemon, timeout=1800):
        """Until there is no message any more."""
        deadline = time.monotonic() + timeout
        while self.execute("SELECT EXISTS (SELECT FROM broker.message)").fetchone()[0]:
            if daemon.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"graph sync is not done; its status: {daemon.status}\n{daemon.log()[-3000:]}")
            time.sleep(0.05)
        letters = self.execute("SELECT message_type, reason FROM broker.dead_letter LIMIT 3").fetchall()
        if letters:
            raise SystemExit(f"dead letters: {letters}")

    def wipe(self):
        """Empties the graph; its schema stays, as do the compiled code and the plans of the server."""
        self.neo4j.wipe(schema=False)
        self.execute("CHECKPOINT")


def metric(daemon, name):
    lines = daemon.get("/metrics")[1].splitlines()
    return sum(float(line.split()[1]) for line in lines if line.split("{")[0].split(" ")[0] == name)


def peak(daemon):
    """MiB resident at the most so far."""
    with open(f"/proc/{daemon.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:"))


def timed(action):
    begun = time.monotonic()
    action()
    return time.monotonic() - begun


def median(numbers):
    return statistics.median(numbers)
