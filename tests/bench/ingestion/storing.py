"""Documents through the broker and the daemon into tables."""

import os
import random
import time

from harness import alternate, prose

ROUNDS = 3
TABLES = {
    "atom": "tenant_id, atom_id, modality, subtype, content_type, content_hash, size, atomic_value, content, canonical_text, metadata, created_at",
    "composition_run": "tenant_id, parent_atom_id, first_sequence, first_position, layer, lead, components, sizes, separators",
}


def copy_rows(bench, paths):
    """Seconds of one COPY a table into the same tables of another database, with all their keys and checks."""
    with bench.database() as empty:
        empty.connection.execute("CHECKPOINT")
        begun = time.monotonic()
        for table, columns in TABLES.items():
            empty.connection.execute(f"COPY hartonomous.{table} ({columns}) FROM '{paths[table]}' (FORMAT binary)")
        return time.monotonic() - begun


def text(bench):
    """Text files against bare COPY of the rows that come out of them."""
    files, sentences = (200, 100) if bench.quick else (1000, 200)
    folder = bench.path("prose")
    size = prose(folder, files, sentences)
    paths = {table: bench.path("rows", table) for table in TABLES}
    os.chmod(bench.folder, 0o755)
    os.chmod(bench.path("rows"), 0o777)
    counted = {}

    def measure(way):
        if way == "copy":
            return copy_rows(bench, paths)
        with bench.database() as database:
            database.ctl("ingest", folder)
            database.connection.execute("CHECKPOINT")
            seconds = database.ingest(readers=2 if way == "two" else 1)
            for table, columns in TABLES.items():
                if not counted.get(table):
                    database.connection.execute(f"COPY hartonomous.{table} ({columns}) TO '{paths[table]}' (FORMAT binary)")
                    counted[table] = database.one(f"SELECT count(*) FROM hartonomous.{table}")
            return seconds

    seconds = alternate(ROUNDS, ["one", "copy", "two"], measure)
    rows = sum(counted.values())
    bench.value("text_megabytes", size / 1e6)
    bench.value("text_rows", rows, "atoms and composition runs")
    bench.value("text_rows_per_second", rows / seconds["one"], "one reader")
    bench.value("text_rows_per_second_2_readers", rows / seconds["two"])
    bench.value("text_copied_rows_per_second", rows / seconds["copy"])
    bench.ratio("text_vs_copy", seconds["copy"] / seconds["one"])
    bench.ratio("text_vs_copy_2_readers", seconds["copy"] / seconds["two"])


def duplicates(bench):
    """The same files again under other names."""
    files, sentences = (200, 100) if bench.quick else (1000, 200)
    new = bench.path("prose-new")
    prose(new, files, sentences)
    again = bench.path("prose-again")
    os.makedirs(again)
    for number in range(files):
        os.link(os.path.join(new, f"{number}.txt"), os.path.join(again, f"copy-{number}.txt"))

    with bench.database() as database:
        seconds = {}
        for folder in (new, again):
            database.ctl("ingest", folder)
            database.connection.execute("CHECKPOINT")
            atoms = database.one("SELECT count(*) FROM hartonomous.atom")
            seconds[folder] = database.ingest()
        if database.one("SELECT count(*) FROM hartonomous.atom") != atoms or database.one("SELECT count(*) FROM hartonomous.source") != 2 * files:
            raise SystemExit("a copy of a document made new atoms")
    bench.value("duplicates_new_files_per_second", files / seconds[new])
    bench.value("duplicates_copies_per_second", files / seconds[again])
    bench.ratio("duplicates_vs_new", seconds[new] / seconds[again])


def small_files(bench):
    """Many files of some sentences, two readers."""
    files = 5_000 if bench.quick else 100_000
    folder = bench.path("small")
    chance = random.Random(7)
    words = "atom text file small reader queue graph vector source tenant chunk window batch commit number".split()
    for number in range(files):
        place = os.path.join(folder, f"{number // 1000}")
        os.makedirs(place, exist_ok=True)
        with open(os.path.join(place, f"{number}.txt"), "w", encoding="utf-8") as file:
            file.write(f"File {number} is a small one. " + " ".join(chance.choices(words, k=12)).capitalize() + ".\n")
    with bench.database() as database:
        begun = time.monotonic()
        database.ctl("ingest", folder)
        handed_in = time.monotonic() - begun
        database.connection.execute("CHECKPOINT")
        seconds = database.ingest(readers=2)
    bench.value("small_files", files)
    bench.value("small_files_handed_in_per_second", files / handed_in, "hartonomousctl ingest")
    bench.value("small_files_per_second", files / seconds, "two readers")
