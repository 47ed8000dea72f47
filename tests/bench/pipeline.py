"""The whole path on 1,000 text files, on real servers: rates, time until a small file is searchable, memory of the daemons.

The texts are new sentences with the machine's own licence texts as their model (a word chain, seeded), so they have the statistics of
English prose without being copies of each other."""

import contextlib
import glob
import os
import random
import re
import statistics
import subprocess
import tempfile
import time

from cluster import Cluster
from daemons import Daemon, Settings, program
from model_folder import model_folder
from neo4j_server import Neo4j

FILES = 1000
SENTENCES = 20
SMALL_FILES = 15
SMALL_FILE_LIMIT = 0.300  # seconds from `ingest` to searchable
MEMORY_LIMIT = {"ingestion": 40, "graph-sync": 40, "embedding": 150}  # MiB resident


def texts(count, sentences):
    """Documents by a word chain over the machine's licence texts."""
    words = []
    for path in sorted(glob.glob("/usr/share/common-licenses/*")):
        if not os.path.islink(path):
            with open(path, encoding="utf-8", errors="replace") as file:
                words += re.findall(r"[A-Za-z,;]+", file.read())
    following = {}
    for one, two, three in zip(words, words[1:], words[2:]):
        following.setdefault((one, two), []).append(three)
    pairs = sorted(following)
    chance = random.Random(1000)

    def sentence():
        pair = chance.choice(pairs)
        made = list(pair)
        length = chance.randint(8, 30)
        while len(made) < length and pair in following:
            made.append(chance.choice(following[pair]))
            pair = (made[-2], made[-1])
        return " ".join(made).rstrip(",;").lower().capitalize() + "."

    return ["\n\n".join(" ".join(sentence() for _ in range(5)) for _ in range(sentences // 5)) + "\n" for _ in range(count)]


def value(name, number, unit=""):
    print(f"value {name} {number:.4g}" + (f"  ({unit})" if unit else ""), flush=True)


def ratio(name, number):
    print(f"ratio {name} {number:.3g}", flush=True)


class Bench:
    def __init__(self, stack):
        self.cluster = stack.enter_context(contextlib.closing(Cluster()))
        self.neo4j = stack.enter_context(contextlib.closing(Neo4j()))
        self.cluster.psql("CREATE DATABASE bench OWNER hartonomous")
        self.settings = stack.enter_context(contextlib.closing(Settings(self.cluster.conninfo("bench", None))))
        self.settings.credential("neo4j-password", self.neo4j.password)
        self.settings.write_common(logging={"level": "warning"})
        self.settings.write("graph-sync", {"neo4j": {"url": self.neo4j.url, "user": self.neo4j.user}})
        self.settings.write("embedding", {"model": {"directory": model_folder()}})
        self.ctl("schema", "apply")
        self.ctl("graph", "apply")
        self.daemons = {}
        for name in MEMORY_LIMIT:
            self.daemons[name] = stack.enter_context(contextlib.closing(Daemon(name, self.settings))).wait_ready()
        self.connection = stack.enter_context(self.cluster.connect("bench", "hartonomous"))

    def ctl(self, *arguments):
        subprocess.run([program("hartonomousctl"), "--config-dir", self.settings.folder, *arguments], check=True,
                       stdout=subprocess.DEVNULL, env=self.settings.environment("hartonomous"))

    def one(self, statement):
        return self.connection.execute(statement).fetchone()[0]

    def wait(self, statement, timeout=1200, interval=0.02):
        """Seconds until the statement's value is true."""
        begun = time.monotonic()
        while not self.one(statement):
            if time.monotonic() - begun > timeout:
                raise SystemExit(f"not within {timeout} s: {statement}")
            time.sleep(interval)


def whole_path(bench, folder):
    documents = texts(FILES, SENTENCES)
    for number, text in enumerate(documents):
        with open(os.path.join(folder, f"{number}.txt"), "w", encoding="utf-8") as file:
            file.write(text)
    size = sum(len(text.encode()) for text in documents)
    begun = time.monotonic()
    bench.ctl("ingest", folder)
    delivered = time.monotonic() - begun
    bench.wait("SELECT NOT EXISTS (SELECT FROM hartonomous.source WHERE state <> 'complete')")
    ingested = time.monotonic() - begun
    bench.wait("SELECT depth = 0 FROM broker.queue_status WHERE queue = 'Neo4jSyncQueue'")
    in_graph = time.monotonic() - begun
    bench.wait("SELECT NOT EXISTS (SELECT FROM broker.message)")
    done = time.monotonic() - begun
    atoms = bench.one("SELECT count(*) FROM hartonomous.atom")
    vectors = bench.one("SELECT count(*) FROM hartonomous.embedding")
    value("files", FILES)
    value("megabytes", size / 1e6)
    value("atoms", atoms)
    value("delivered_after", delivered, "s, `hartonomousctl ingest` has ended")
    value("ingested_after", ingested, "s, every source is complete")
    value("in_graph_after", in_graph, "s, the graph is equal")
    value("done_after", done, "s, every atom has its vector")
    value("ingestion_documents_per_second", FILES / ingested)
    value("path_documents_per_second", FILES / done)
    value("path_megabytes_per_second", size / 1e6 / done)
    value("path_vectors_per_second", vectors / done)
    return ingested


def small_file(bench, folder):
    times = []
    for number in range(SMALL_FILES):
        path = os.path.join(folder, f"small-{number}.txt")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"Small file number {number} says that the weather is fine today. It has three sentences. They are number {number}, too.\n")
        before = bench.one("SELECT count(*) FROM hartonomous.embedding")
        new = 3 if number == 0 else 2
        begun = time.monotonic()
        bench.ctl("ingest", path)
        bench.wait(f"SELECT count(*) >= {before + new} FROM hartonomous.embedding", 60, 0.001)
        times.append(time.monotonic() - begun)
        bench.wait("SELECT NOT EXISTS (SELECT FROM broker.message)", 60)
    value("small_file_searchable_median", statistics.median(times), "s")
    value("small_file_searchable_worst", max(times), "s")
    return statistics.median(times)


def bare_copy(bench, folder):
    """Seconds to COPY the same rows into empty tables with the same keys: what PostgreSQL itself asks for."""
    total = 0.0
    with bench.cluster.connect("bench") as connection:
        for table in ("atom", "composition_run"):
            path = os.path.join(folder, table + ".copy")
            os.chmod(folder, 0o777)
            connection.execute(f"COPY hartonomous.{table} TO '{path}'")
            connection.execute(f"CREATE TABLE public.{table} (LIKE hartonomous.{table} INCLUDING DEFAULTS INCLUDING INDEXES INCLUDING STORAGE)")
            connection.execute("CHECKPOINT")
            begun = time.monotonic()
            connection.execute(f"COPY public.{table} FROM '{path}'")
            total += time.monotonic() - begun
    value("bare_copy", total, "s for the same atoms and compositions")
    return total


def main():
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="hart-bench-"))
        bench = Bench(stack)
        inbox = os.path.join(folder, "inbox")
        os.mkdir(inbox)
        ingested = whole_path(bench, inbox)
        small = small_file(bench, folder)
        memory = {name: daemon.resident() / 2**20 for name, daemon in bench.daemons.items()}
        for name, used in memory.items():
            value(f"resident_{name.replace('-', '_')}", used, "MiB")
        copied = bare_copy(bench, folder)
        ratio("ingestion_time_to_bare_copy", ingested / copied)
        ratio("small_file_searchable_to_limit", small / SMALL_FILE_LIMIT)
        for name, used in memory.items():
            ratio(f"resident_{name.replace('-', '_')}_to_limit", used / MEMORY_LIMIT[name])


if __name__ == "__main__":
    main()
