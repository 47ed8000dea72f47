"""What the scenarios share: the server, databases with a schema and their daemons, and printing."""

import contextlib
import os
import statistics
import subprocess
import time

from daemons import Daemon, Settings, program
from figures import Figures


class Bench(Figures):
    def __init__(self, cluster, folder, quick):
        self.cluster, self.folder, self.quick = cluster, folder, quick
        super().__init__()
        self.databases = 0

    @contextlib.contextmanager
    def database(self, **ingestion):
        """A new database with the schema, and settings for daemons on it; `ingestion` goes into ingestion.conf."""
        self.databases += 1
        name = f"bench{self.databases}"
        self.cluster.psql(f"CREATE DATABASE {name} OWNER hartonomous")
        with contextlib.ExitStack() as stack:
            yield Database(self, name, ingestion, stack)
        self.cluster.psql(f"DROP DATABASE {name} WITH (FORCE)")

    def path(self, *names):
        path = os.path.join(self.folder, *names)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path


class Database:
    def __init__(self, bench, name, ingestion, stack):
        self.cluster, self.name, self._stack = bench.cluster, name, stack
        self.settings = stack.enter_context(contextlib.closing(Settings(self.cluster.conninfo(name, None))))
        self.settings.write_common(logging={"level": "warning"})
        if ingestion:
            self.settings.write("ingestion", {"ingestion": ingestion})
        self.ctl("schema", "apply")
        self.connection = stack.enter_context(self.cluster.connect(name))

    def ctl(self, *arguments):
        subprocess.run([program("hartonomousctl"), "--config-dir", self.settings.folder, *arguments], check=True,
                       stdout=subprocess.DEVNULL, env=self.settings.environment("hartonomous"))

    def one(self, statement):
        return self.connection.execute(statement).fetchone()[0]

    def wait(self, watch=lambda: None, timeout=900):
        """Until all that is in the queue has been ingested."""
        deadline = time.monotonic() + timeout
        while self.one("SELECT EXISTS (SELECT FROM hartonomous.source WHERE state <> 'complete')"):
            watch()
            if time.monotonic() > deadline:
                raise SystemExit(f"ingestion does not end: {self.one('SELECT count(*) FROM hartonomous.source')} sources")
            time.sleep(0.01)

    def ingest(self, readers=1, watch=lambda *daemons: None):
        """Seconds from the start of the readers until all that waits in the queue is committed. A reader's own start, some
        ten milliseconds, is part of it."""
        begun = time.monotonic()
        daemons = [self._stack.enter_context(contextlib.closing(Daemon("ingestion", self.settings, arguments=[f"--instance={number}"])))
                   for number in range(readers)]
        self.wait(lambda: watch(*daemons))
        seconds = time.monotonic() - begun
        for daemon in daemons:
            daemon.stop()
        return seconds


def alternate(rounds, cases, measure):
    """Medians of measure(case) over rounds in which each case comes once: a slow minute of the machine hits all alike."""
    results = {case: [] for case in cases}
    for _ in range(rounds):
        for case in cases:
            results[case].append(measure(case))
    return {case: statistics.median(numbers) for case, numbers in results.items()}


def prose(path, count, sentences):
    """Writes `count` text files of new sentences to a folder and returns their bytes."""
    from pipeline import texts

    os.makedirs(path, exist_ok=True)
    size = 0
    for number, text in enumerate(texts(count, sentences)):
        with open(os.path.join(path, f"{number}.txt"), "w", encoding="utf-8") as file:
            file.write(text)
        size += len(text.encode())
    return size
