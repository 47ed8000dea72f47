"""PostgreSQL's disk is full: said once, nothing is lost, no message loses an attempt, work goes on by itself.

The cluster of this file has its data on one small disk and its write-ahead log on another, in a mount namespace of this
process that ends with it."""

import ctypes
import json
import os
import subprocess
import tempfile

import corpus
import psycopg
import pytest

from cluster import Cluster
from waiting import wait_until

MEGABYTES = 160  # an empty cluster takes about 50, the log's smallest segment 16
CLONE_NEWNS = 0x20000
PATIENT = {"retry_base": "1s"}  # so that room comes before the fifth try, which is followed by half a minute of rest


class Disk:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="hart-disk-")
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=777", "hartonomous-disk", self.folder], check=True)
        self.filler = os.path.join(self.folder, "filler")

    def fill(self):
        """To the last byte, whatever is freed meanwhile."""
        with open(self.filler, "ab", buffering=0) as file:
            for size in (1 << 20, 4096):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    continue

    def free(self):
        if os.path.exists(self.filler):
            os.unlink(self.filler)

    def close(self):
        subprocess.run(["umount", "--lazy", self.folder], check=True)
        os.rmdir(self.folder)


@pytest.fixture(scope="module")
def mounts():
    """What is mounted from now on is seen by this process and its children alone."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "small disks need a mount namespace, and so root")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)


@pytest.fixture(scope="module")
def disk(mounts):
    made = Disk()
    yield made
    made.close()


@pytest.fixture(scope="module")
def log_disk(mounts):
    made = Disk()
    yield made
    made.close()


@pytest.fixture(scope="module")
def cluster(disk, log_disk):
    server = Cluster(within=disk.folder, wal=os.path.join(log_disk.folder, "wal"),
                     settings={"min_wal_size": "32MB", "max_wal_size": "64MB", "autovacuum": "off"})
    yield server
    server.close()


@pytest.fixture(autouse=True)
def freed(disk, log_disk, database):
    """Before the database is dropped, which needs room."""
    yield
    disk.free()
    log_disk.free()


@pytest.fixture
def folder(tmp_path):
    for n in range(300):
        (tmp_path / f"{n}.txt").write_bytes(corpus.document(f"disk {n}", 60))
    return tmp_path


def attempts(database):
    return database.value("SELECT coalesce(max(attempts), 0) FROM broker.message")


def lines(daemon, words):
    return [line for line in daemon.log().splitlines() if words in line]


def everything_came(database, ctl, folder):
    """All sources are complete, nothing was given up, and some are given back byte for byte."""
    wait_until(lambda: database.value("SELECT count(*) FROM hartonomous.source WHERE state <> 'complete'") == 0, 60, "all sources are complete")
    assert database.value("SELECT count(*) FROM broker.dead_letter") == 0
    assert attempts(database) == 0
    for source, name in database.query("SELECT source_id, file_name FROM hartonomous.source ORDER BY source_id % 97 LIMIT 10"):
        assert ctl("reconstruct", source, text=False).stdout == (folder / name).read_bytes()


def test_full_in_the_middle_of_the_work(disk, database, start, ctl, folder):
    ctl("ingest", folder)
    daemon = start("ingestion", worker={**PATIENT, "batch_size": 20})
    wait_until(lambda: database.value("SELECT count(*) FROM hartonomous.source WHERE state = 'complete'") >= 20, 30, "some are ingested")
    disk.fill()
    warned = wait_until(lambda: lines(daemon, "Messages wait, none loses an attempt"), 30, "the line about it")
    assert "disk is full: free space there, work then goes on by itself" in warned[0]
    wait_until(lambda: "disk is full" in daemon.status, 10, "the status says so too")
    status, health = daemon.get("/health")
    assert (status, json.loads(health)["status"]) == (200, "Degraded")
    refused = ctl("ingest", "-", input=corpus.binary("one more", 1 << 20), text=False, check=False)
    assert refused.returncode == 69 and b"disk is full" in refused.stderr and refused.stderr.count(b"\n") == 1
    assert attempts(database) == 0
    disk.free()
    everything_came(database, ctl, folder)
    wait_until(lambda: lines(daemon, "Messages are handled again"), 10, "the line that it is over")
    assert len(lines(daemon, "Messages wait")) == 1 and len(lines(daemon, "handled again")) == 1
    assert database.value("SELECT count(*) FROM hartonomous.source") == 300
    daemon.stop()


def test_what_has_no_room_to_be_put_back_loses_no_attempt(disk, database):
    """The put-back rewrites rows. Where that has no room, a lock says that the reader lives."""
    with database.connect() as connection:
        connection.execute("SELECT broker.attach('ProjectionQueue')")
        # Pages full to the brim, so that not one row's new version fits.
        connection.execute("SELECT broker.send_one('ClientService', 'ProjectionService', 'ProjectionContract', 'ProjectionRequest', to_jsonb(repeat('x', 100))) "
                           "FROM generate_series(1, 5000)")
        queue = database.value("SELECT queue_id FROM broker.queue WHERE name = 'ProjectionQueue'")
        disk.fill()
        put_back = 0
        for _ in range(4):
            connection.execute("BEGIN")
            try:
                rows = connection.execute("SELECT id, delivery FROM broker.next_delivery(%s, 100, %s)", [queue, [0] * 10]).fetchall()
            except psycopg.errors.DiskFull:
                connection.execute("ROLLBACK")
                connection.execute("SELECT broker.forgive_deliveries(%s)", [queue])
                connection.execute("SELECT broker.release_deliveries()")
                continue
            connection.execute("ROLLBACK")
            if rows[0][0] > 0:
                put_back += len(rows)
                connection.execute("SELECT broker.settle(%s, %s, %s, NULL, false, NULL, NULL)", [queue, rows[0][1], [row[0] for row in rows]])
                connection.execute("SELECT broker.release_delivery(%s)", [rows[0][1]])
        assert put_back > 0
        assert connection.execute("SELECT count(*) FROM broker.message WHERE queue_id = %s AND xmax <> 0", [queue]).fetchone()[0] > 0, "there was room"
        disk.free()
        # Another reader takes them all and finds none that failed before.
        found = 0
        while True:
            with connection.transaction():
                rows = connection.execute("SELECT attempts FROM broker.receive('ProjectionQueue', 500)").fetchall()
                depth = connection.execute("SELECT count(*) FROM broker.message WHERE queue_id = %s", [queue]).fetchone()[0]
            assert all(row[0] == 0 for row in rows)
            found += len(rows)
            if depth == 0:
                break
        assert found == 5000


def test_a_full_log_stops_the_server_and_loses_nothing(log_disk, database, start, ctl, folder, cluster):
    ctl("ingest", folder)
    daemon = start("ingestion", worker={**PATIENT, "batch_size": 20})
    wait_until(lambda: database.value("SELECT count(*) FROM hartonomous.source WHERE state = 'complete'") >= 20, 30, "some are ingested")
    log_disk.fill()

    def switch():
        """Each switch asks for a new segment of 16 MB."""
        try:
            cluster.psql("SELECT pg_switch_wal() FROM pg_logical_emit_message(true, 'fill', 'x')")
        except psycopg.Error:
            pass
        return cluster.process.poll() is not None

    wait_until(switch, 60, "PostgreSQL stops: it cannot write its log")
    wait_until(lambda: lines(daemon, "Database does not answer"), 20, "the line about it")
    away = ctl("source", "list", check=False)
    assert away.returncode == 69 and "is PostgreSQL running?" in away.stderr
    assert daemon.process.poll() is None
    log_disk.free()
    cluster.start()
    everything_came(database, ctl, folder)
    assert len(lines(daemon, "Database does not answer")) == 1 and len(lines(daemon, "Database answers again")) == 1
    daemon.stop()
