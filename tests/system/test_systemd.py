"""The installed daemons under a real systemd: start, status, watchdog, stop under load, reload, wrong settings."""

import os
import re
import shutil
import socket
import subprocess
import time

import pytest

from box import Box
from daemons import BUILD
from waiting import wait_until

DAEMONS = ("ingestion", "graph-sync", "embedding")
POSTGRES = "/run/test-postgres"
SOURCE = os.environ.get("HARTONOMOUS_SOURCE") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Shorter than installed, so that the tests are; a sanitizer's leak search needs ptrace, which the sandbox refuses.
TEST_DROP_IN = "[Service]\nWatchdogSec=5s\nEnvironment=ASAN_OPTIONS=detect_leaks=0\n"
# Exposure of `systemd-analyze security`, as docs/worker.md states it.
EXPOSURE = {"ingestion": 0.6, "graph-sync": 1.5, "embedding": 0.6, "fetch": 1.5}


def install(root):
    done = subprocess.run(["cmake", "--install", BUILD], env={**os.environ, "DESTDIR": root}, text=True, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr


def event_id(name):
    with open(os.path.join(SOURCE, "docs", "journal.md"), encoding="utf-8") as document:
        return re.search(rf"`{name}` \| `([0-9a-f]{{32}})`", document.read()).group(1)


@pytest.fixture(scope="module")
def box(cluster):
    with Box(prepare=install, binds={cluster.socket_folder: POSTGRES}) as made:
        for name in DAEMONS:
            made.write(f"/etc/systemd/system/hartonomous-{name}.service.d/test.conf", TEST_DROP_IN)
        made.run("systemctl", "daemon-reload")
        yield made


@pytest.fixture
def host(box, database):
    """The box with settings for this test's database; every daemon is stopped afterwards."""
    made = Host(box, database)
    yield made
    box.run("systemctl", "stop", "hartonomous.target", *[f"hartonomous-{name}.service" for name in DAEMONS], "hartonomous-ingestion@2.service")
    box.run("systemctl", "reset-failed")


class Host:
    def __init__(self, box, database):
        self.box = box
        self.database = database
        self.since = box.run("date", "+%Y-%m-%d %H:%M:%S.%6N").stdout.strip()
        for name in DAEMONS:
            self.settings(name)
        box.write("/etc/hartonomous/hartonomous.conf", f"[database]\nconninfo = host={POSTGRES} dbname={database.name}\n")

    def settings(self, name, text=""):
        self.box.write(f"/etc/hartonomous/{name}.conf", text)

    def systemctl(self, *words, check=True, timeout=60):
        done = self.box.run("systemctl", *words, check=False, timeout=timeout)
        if check and done.returncode:
            journal = self.box.run("journalctl", "--no-pager", "-o", "short-monotonic", "-n", "40", check=False).stdout
            raise AssertionError(f"systemctl {' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}\n{journal}")
        return done

    def show(self, unit="hartonomous-ingestion"):
        return self.box.show(unit, "ActiveState", "SubState", "Result", "StatusText", "MainPID", "NRestarts", "ExecMainStatus")

    def active(self, unit="hartonomous-ingestion"):
        return self.show(unit)["ActiveState"] == "active"

    def event(self, name, unit="hartonomous-ingestion"):
        """The journal's lines of an event, since the test began."""
        return [entry["MESSAGE"] for entry in self.box.journal(f"--since={self.since}", f"MESSAGE_ID={event_id(name)}", f"_SYSTEMD_UNIT={unit}.service")]

    def health(self, name="ingestion"):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            client.connect(self.box.path(f"/run/hartonomous/{name}.sock"))
            client.sendall(b"GET /health HTTP/1.0\r\n\r\n")
            return int(client.recv(4096).split()[1])

    def load(self, documents, size):
        """Documents to ingest."""
        for number in range(documents):
            text = "".join(f"Sentence {number} and {line} of a document. " for line in range(size // 40))
            self.database.query("SELECT hartonomous.enqueue_ingestion(%s, %s, 1)", [f"{number}.txt", text.encode()])


def test_units_are_valid_and_hardened(box):
    for name in EXPOSURE:
        for suffix in ("", "@"):
            unit = f"hartonomous-{name}{suffix}.service"
            path = box.run("sh", "-c", f"ls /usr/lib/systemd/system/{unit} /usr/local/lib/systemd/system/{unit} 2>/dev/null || true").stdout.strip()
            verified = box.run("systemd-analyze", "verify", "--man=no", path if not suffix else path.replace("@", "@2"), check=False)
            assert verified.returncode == 0 and not verified.stderr, verified.stderr
        rated = box.run("systemd-analyze", "security", "--offline=true", "--no-pager", path.replace("@", ""), check=False).stdout
        assert float(re.search(r"exposure level for .*: ([0-9.]+)", rated).group(1)) <= EXPOSURE[name]


def test_fetch_and_a_watched_folder(host, database):
    """Those that are started by hand: hartonomous-fetch, and a folder from which documents are taken."""
    host.settings("fetch")
    host.systemctl("start", "hartonomous-fetch")
    wait_until(lambda: host.show("hartonomous-fetch")["StatusText"].startswith("Waiting for messages"), 10, "fetch is ready")
    host.box.run("install", "-d", "-m", "755", "/srv/coming in")
    unit = host.box.run("systemd-escape", "--template=hartonomous-watch@.service", "--path", "/srv/coming in").stdout.strip()
    host.systemctl("start", unit)
    host.box.write("/srv/coming in/first.txt", "Comes into the folder.")
    wait_until(lambda: database.query("SELECT 1 FROM hartonomous.source WHERE file_name = 'first.txt'"), 20, "the file is handed in")
    host.systemctl("stop", unit, "hartonomous-fetch")


def test_start_status_stop(host):
    host.systemctl("start", "hartonomous-ingestion")
    assert host.active()
    wait_until(lambda: host.show()["StatusText"].startswith("Waiting for messages"), 10, "the status")
    assert len(host.event("started")) == 1
    assert host.health() == 200
    host.load(1, 4000)
    wait_until(lambda: host.database.value("SELECT count(*) FROM hartonomous.source WHERE state = 'complete'") == 1, 30, "the document is atoms")
    host.systemctl("restart", "hartonomous-ingestion")
    assert host.active()
    host.systemctl("stop", "hartonomous-ingestion")
    assert host.show()["ActiveState"] == "inactive" and host.show()["Result"] == "success"
    assert len(host.event("stopped")) == 2


def test_hung_daemon_is_killed_by_the_watchdog_and_comes_back(host):
    host.systemctl("start", "hartonomous-ingestion")
    before = host.show()["MainPID"]
    host.box.run("kill", "-STOP", before)
    wait_until(lambda: host.active() and host.show()["MainPID"] not in ("0", before), 30, "a new process", interval=0.2)
    assert host.show()["NRestarts"] == "1"
    lines = [entry["MESSAGE"] for entry in host.box.journal(f"--since={host.since}", "_PID=1", "UNIT=hartonomous-ingestion.service")]
    assert any("Watchdog timeout" in line for line in lines)


def test_killed_daemon_is_back_in_seconds_however_often(host):
    host.systemctl("start", "hartonomous-ingestion")
    for _ in range(6):  # more than systemd's own start limit allows in ten seconds
        before = host.show()["MainPID"]
        host.box.run("kill", "-KILL", before)
        wait_until(lambda before=before: host.active() and host.show()["MainPID"] not in ("0", before), 10, "a new process")
    assert host.health() == 200


def test_stops_within_five_seconds_under_load(host):
    host.systemctl("start", "hartonomous-ingestion")
    host.load(30, 400000)
    wait_until(lambda: "Working" in host.show()["StatusText"], 20, "it works")
    begin = time.monotonic()
    host.systemctl("stop", "hartonomous-ingestion")
    assert time.monotonic() - begin < 5
    assert host.show()["Result"] == "success"
    left = host.database.value("SELECT count(*) FROM hartonomous.source WHERE state <> 'complete'")
    assert left > 0
    assert host.database.value("SELECT coalesce(max(attempts), 0) FROM broker.message") == 0
    assert host.database.value("SELECT count(*) FROM broker.dead_letter") == 0


def test_reload_returns_when_done_and_fails_where_refused(host):
    host.systemctl("start", "hartonomous-ingestion")
    process = host.show()["MainPID"]
    host.settings("ingestion", "[worker]\nbatch_size = 7\n")
    host.systemctl("reload", "hartonomous-ingestion")
    assert len(host.event("settings-reloaded")) == 1
    host.settings("ingestion", "[worker]\nbatch_sise = 7\n")
    refused = host.systemctl("reload", "hartonomous-ingestion", check=False)
    assert refused.returncode != 0
    (line,) = host.event("settings-refused")
    assert "batch_sise" in line and "ingestion.conf" in line
    assert host.active() and host.show()["MainPID"] == process
    assert host.health() == 200


def test_wrong_setting_ends_with_78_and_no_restart_loop(host):
    host.settings("ingestion", "[worker]\nbatch_size = many\n")
    started = host.systemctl("start", "hartonomous-ingestion", check=False)
    assert started.returncode != 0
    shown = host.show()
    assert (shown["ActiveState"], shown["ExecMainStatus"], shown["NRestarts"]) == ("failed", "78", "0")
    (line,) = host.event("settings-invalid")
    assert "batch_size" in line
    host.settings("ingestion")
    host.systemctl("start", "hartonomous-ingestion")
    assert host.active()


def test_wrong_database_ends_with_78(host):
    host.box.write("/etc/hartonomous/hartonomous.conf", f"[database]\nconninfo = host={POSTGRES} dbname=no_such_database\n")
    assert host.systemctl("start", "hartonomous-ingestion", check=False).returncode != 0
    assert host.show()["ExecMainStatus"] == "78"
    assert "no_such_database" in host.event("settings-invalid")[0]


def test_postgres_away_at_start(host, cluster):
    cluster.stop()
    try:
        host.systemctl("start", "--no-block", "hartonomous-ingestion")
        wait_until(lambda: "Waiting for PostgreSQL" in host.show()["StatusText"], 20, "what it waits for")
        assert host.show()["ActiveState"] == "activating"
    finally:
        cluster.start()
    wait_until(host.active, 30, "it is active")
    assert len(host.event("dependency-down")) == 1 and len(host.event("dependency-up")) == 1


def test_second_instance_and_original_name(host):
    host.systemctl("enable", "hartonomous-ingestion")
    host.systemctl("start", "hartonomous-ces-consumer", "hartonomous-ingestion@2")
    assert host.active() and host.active("hartonomous-ingestion@2")
    assert host.health() == 200 and host.health("ingestion@2") == 200


def test_several_processes(host, model):
    """Embedding as two processes and the one that answers: systemd sees one daemon."""
    inside = "/run/test-model"
    shutil.copytree(model, host.box.path(inside), dirs_exist_ok=True)
    unit = "hartonomous-embedding"

    def write(workers, directory=inside):
        host.settings("embedding", f"[worker]\nworkers = {workers}\n[model \"all-MiniLM-L6-v2\"]\ndirectory = {directory}\n")

    def processes():
        shown = host.box.run("ps", "-o", "pid=,comm=", "--ppid", host.show(unit)["MainPID"], check=False).stdout.split()
        return dict(zip(shown[1::2], shown[::2]))

    write(2)
    host.systemctl("start", unit)
    first, main = processes(), host.show(unit)["MainPID"]
    assert sorted(first) == ["embedding/0", "embedding/1", "embedding/2"]
    assert len(host.event("started", unit)) == 1 and host.health("embedding") == 200
    wait_until(lambda: host.show(unit)["StatusText"].endswith("3 processes"), 10, "one status")
    host.box.run("kill", "-STOP", first["embedding/2"])
    wait_until(lambda: processes().get("embedding/2") not in (None, first["embedding/2"]), 30, "the watchdog replaces it", interval=0.2)
    assert len(host.event("process-hung", unit)) == 1 and len(host.event("process-ended", unit)) == 1
    write(1)
    host.systemctl("reload", unit)
    second = processes()
    assert sorted(second) == ["embedding/0", "embedding/1"] and not set(second.values()) & set(first.values())
    write(3, "/nowhere")
    assert host.systemctl("reload", unit, check=False).returncode != 0
    assert processes() == second and "/nowhere" in host.event("settings-refused", unit)[0]
    assert host.active(unit) and host.show(unit)["MainPID"] == main and host.show(unit)["NRestarts"] == "0"
    write(2)
    host.box.run("kill", "-KILL", main)
    wait_until(lambda: host.active(unit) and host.show(unit)["MainPID"] not in ("0", main), 20, "systemd starts all anew", interval=0.2)
    host.systemctl("stop", unit)
    assert host.show(unit)["Result"] == "success" and len(host.event("stopped", unit)) == 1


def test_target_starts_reloads_and_stops_all(host, neo4j, model):
    inside = "/run/test-model"
    shutil.copytree(model, host.box.path(inside), dirs_exist_ok=True)
    host.settings("graph-sync", f"[neo4j]\nurl = {neo4j.url}\nuser = {neo4j.user}\n")
    host.box.write("/etc/hartonomous/credentials/neo4j-password", neo4j.password + "\n", 0o600)
    host.settings("embedding", f"[model \"all-MiniLM-L6-v2\"]\ndirectory = {inside}\n")
    host.systemctl("start", "hartonomous.target")
    for name in DAEMONS:
        wait_until(lambda name=name: host.active(f"hartonomous-{name}"), 60, f"{name} is active")
    host.load(1, 400)
    wait_until(lambda: host.database.value("SELECT count(*) FROM hartonomous.embedding") > 0, 60, "vectors")
    host.systemctl("reload", "hartonomous.target")
    for name in DAEMONS:
        wait_until(lambda name=name: host.event("settings-reloaded", f"hartonomous-{name}"), 20, f"{name} was reloaded")
    host.systemctl("restart", "hartonomous.target")
    for name in DAEMONS:
        wait_until(lambda name=name: host.active(f"hartonomous-{name}"), 60, f"{name} is active again")
    host.systemctl("stop", "hartonomous.target")
    for name in DAEMONS:
        wait_until(lambda name=name: host.show(f"hartonomous-{name}")["ActiveState"] == "inactive", 20, f"{name} stopped")
        assert host.show(f"hartonomous-{name}")["Result"] == "success"
