"""What is wrong around the programs: each gets one clear line that says what to do, a documented exit status, and loses
nothing. Faults of one program alone are in its own file; a full disk is in test_disk_full.py."""

import contextlib
import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import threading

import pytest

from daemons import Daemon, program
from waiting import wait_until

DAEMONS = ["ingestion", "graph-sync", "embedding"]


def lines(daemon, words):
    return [line for line in daemon.log().splitlines() if words in line]


def messages(database, queue):
    """How many wait, and the most attempts one of them has lost."""
    return database.query("SELECT count(*), coalesce(max(attempts), 0) FROM broker.message m JOIN broker.queue q USING (queue_id) WHERE q.name = %s", [queue])[0]


# --- a daemon that cannot start: status 78, so that systemd leaves it to a person ---


def misspelt_setting(settings, name, tmp_path):
    settings.write_text(name, "[worker]\nbatch_szie = 5\n")
    return f"{settings.folder}/{name}.conf:2: [worker] batch_szie: no such key; did you mean batch_size?"


def misspelt_section(settings, name, tmp_path):
    settings.write_text("hartonomous", "[databse]\n")
    return f"{settings.folder}/hartonomous.conf:1: [databse] is no section here; did you mean [database]?"


def settings_in_latin_1(settings, name, tmp_path):
    with open(os.path.join(settings.folder, name + ".conf"), "wb") as file:
        file.write(b"[worker]\n# gr\xfc\xdfe\n")
    return f"{settings.folder}/{name}.conf:2: line is not valid UTF-8"


def wrong_password(settings, name, tmp_path):
    settings.credential("database-password", "battery staple")
    settings.write_common(database={"conninfo": settings.conninfo + " user=hartonomous-password"})
    return "password authentication failed"


def missing_database(settings, name, tmp_path):
    settings.write_common(database={"conninfo": settings.conninfo + " dbname=nowhere"})
    return 'database "nowhere" does not exist; correct [database] conninfo, or as a superuser: createdb -O hartonomous hartonomous; then hartonomousctl schema apply'


def no_such_port(settings, name, tmp_path):
    settings.write_common(database={"conninfo": "host=localhost port=543z"})
    return "[database] conninfo: port=543z: not a port (1 to 65535)"


def refused_value(settings, name, tmp_path):
    settings.write_common(database={"conninfo": settings.conninfo + " sslmode=maybe"})
    return "[database] conninfo cannot be used: invalid sslmode value"


@pytest.mark.parametrize("name", DAEMONS)
@pytest.mark.parametrize("fault", [misspelt_setting, misspelt_section, settings_in_latin_1, wrong_password, missing_database, no_such_port,
                                   refused_value])
def test_what_only_a_person_can_mend_is_one_line_and_78(database, settings, fault, name, tmp_path):
    says = fault(settings, name, tmp_path)
    done = subprocess.run([program("hartonomous-" + name), "--config-dir", settings.folder], capture_output=True, text=True,
                          timeout=30, env=settings.environment("hartonomous-" + name), stdin=subprocess.DEVNULL)
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert done.returncode == 78
    assert len(errors) == 1 and says in errors[0]
    assert "battery" not in done.stderr


def test_a_role_without_connections_left_waits(database, settings, start):
    """As where max_connections is used up."""
    database.cluster.psql('ALTER ROLE "hartonomous-ingestion" CONNECTION LIMIT 0')
    try:
        daemon = start("ingestion", ready=False)
        warned = wait_until(lambda: lines(daemon, "Database does not answer"), 10)
        assert len(warned) == 1 and "too many connections" in warned[0]
    finally:
        database.cluster.psql('ALTER ROLE "hartonomous-ingestion" CONNECTION LIMIT -1')
    daemon.wait_ready()


def test_a_standby_gives_no_messages_out_until_it_is_promoted(cluster, database, start, ctl, tmp_path):
    ctl("ingest", "-", input="One. Two.")
    daemon = start("ingestion")
    wait_until(lambda: messages(database, "IngestionQueue")[0] == 0, 20, "the first is ingested")
    cluster.stop()
    with open(os.path.join(cluster.data, "postgresql.auto.conf"), "a", encoding="ascii") as conf:
        conf.write("restore_command = 'false'\n")
    with open(os.path.join(cluster.data, "standby.signal"), "w", encoding="ascii"):
        shutil.chown(os.path.join(cluster.data, "standby.signal"), *([cluster.account.pw_uid] if cluster.account else [os.getuid()]))
    cluster.start()
    said = wait_until(lambda: lines(daemon, "PostgreSQL is a standby"), 20, "it says what is wrong")
    refused = ctl("ingest", "-", input="Three.", check=False)
    assert refused.returncode == 69 and "where it may write, work goes on" in refused.stderr
    assert "complete" in ctl("source", "list").stdout  # reading works
    assert daemon.process.poll() is None and len(said) == 1
    cluster.psql("SELECT pg_promote()")
    wait_until(lambda: lines(daemon, "answers again")[1:], 30, "it goes on")
    ctl("ingest", "--wait", "-", input="Three.")
    assert database.value("SELECT count(*) FROM broker.dead_letter") == 0


def test_a_clock_that_was_set_back_makes_no_negative_ages(database, start, ctl):
    ctl("ingest", "-", input="One. Two.")
    database.query("UPDATE broker.message SET enqueued_at = now() + interval '1 day'")
    queues = {row["queue"]: row for row in json.loads(ctl("queue", "list", "--json").stdout)}
    assert (queues["IngestionQueue"]["messages"], queues["IngestionQueue"]["oldest_seconds"]) == (1, 0)
    assert queues["EmbeddingQueue"]["oldest_seconds"] == 0
    start("ingestion")
    wait_until(lambda: messages(database, "IngestionQueue")[0] == 0, 20, "it is handled all the same")


# --- something else where Neo4j should be ---


@contextlib.contextmanager
def web_server():
    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@contextlib.contextmanager
def talks_first():
    """As SSH does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        def serve():
            with contextlib.suppress(OSError):
                while True:
                    server.accept()[0].sendall(b"SSH-2.0-OpenSSH_9.2\r\n")

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


@contextlib.contextmanager
def nobody():
    with socket.socket() as bound:  # bound, so that nobody else gets it, and not listening
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@pytest.mark.parametrize("server, status, says", [
    (web_server, 78, "is not Neo4j's HTTP port (HTTP 200, no neo4j_version): check [neo4j] url"),
    (talks_first, 78, "correct [neo4j] in graph-sync.conf"),
    (nobody, 69, "is it running there? See [neo4j] url"),
])
def test_something_else_where_neo4j_should_be(database, settings, ctl, server, status, says):
    with server() as port:
        settings.write("graph-sync", {"neo4j": {"url": f"http://127.0.0.1:{port}"}})
        done = ctl("graph", "verify", check=False)
        assert done.returncode == status and says in done.stderr and done.stderr.count("\n") == 1


def test_neo4j_down_holds_up_the_graph_alone(database, settings, start, ctl):
    start("ingestion")
    ctl("ingest", "--wait", "-", input="One. Two.")
    with nobody() as port:
        settings.write("graph-sync", {"neo4j": {"url": f"http://127.0.0.1:{port}"}, "worker": {"retry_base": "50ms", "retry_max": "100ms"}})
        with contextlib.closing(Daemon("graph-sync", settings)) as daemon:
            warned = wait_until(lambda: lines(daemon.wait_ready(), "Messages wait, none loses an attempt"), 20)
            down = lines(daemon, "Neo4j does not answer")
            assert len(warned) == len(down) == 1 and "is it running there? See [neo4j] url" in down[0]
            wait_until(lambda: "Waiting for a dependency" in daemon.status, 20, "the status says so too")
            assert messages(database, "Neo4jSyncQueue") == (1, 0)
            assert json.loads(daemon.get("/health")[1])["status"] == "Degraded"


# --- files ---


@pytest.fixture
def oddities(tmp_path):
    """A folder with all that is no ordinary file, and three that are."""
    folder = tmp_path / "oddities"
    folder.mkdir()
    raw = os.fsencode(folder)
    for name in (b"new\nline", b"invalid\xff\xfe", b"-dash"):
        with open(os.path.join(raw, name), "wb") as file:
            file.write(name + b" \xff\0 end.")
    os.mkfifo(folder / "fifo")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(folder / "socket"))
    os.symlink(".", folder / "loop")
    os.symlink("nowhere", folder / "dangling")
    (folder / "closed").mkdir()
    (folder / "closed" / "x").write_text("x")
    (folder / "closed").chmod(0)
    yield folder
    (folder / "closed").chmod(0o700)


def test_a_folder_of_oddities(database, settings, start, ctl, oddities):
    start("ingestion")
    command = [program("hartonomousctl"), "--config-dir", settings.folder, "ingest", "--json", "--wait", str(oddities)]
    if os.geteuid() == 0:  # who may read everything
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search", *command]
    done = subprocess.run(command, capture_output=True, timeout=60, env=settings.environment("hartonomous"), stdin=subprocess.DEVNULL)
    assert done.returncode == 1
    rows = {os.path.basename(row["path"]): row for row in json.loads(done.stdout)}
    assert {name: row["state"] for name, row in rows.items()} == {
        "new\nline": "complete", "invalid\ufffd\ufffd": "complete", "-dash": "complete", "closed": "failed"}
    said = [line.rsplit(b"/", 1)[1].decode() for line in done.stderr.splitlines()]
    assert said == ["closed: Permission denied", "dangling: is a symbolic link: skipped", "fifo: is a pipe: skipped",
                    "loop: is a symbolic link: skipped", "socket: is a socket: skipped"]
    for name, content in (("new\nline", b"new\nline"), ("invalid\ufffd\ufffd", b"invalid\xff\xfe"), ("-dash", b"-dash")):
        assert ctl("reconstruct", rows[name]["source"], text=False).stdout == content + b" \xff\0 end."


@pytest.mark.parametrize("path, says", [("fifo", "is a pipe"), ("socket", "is a socket"), ("dangling", "is a symbolic link to nothing")])
def test_what_is_no_file_is_a_failure_where_it_is_named(database, ctl, oddities, path, says):
    done = ctl("ingest", oddities / path, check=False)
    assert done.returncode == 1 and f"{path}: {says}" in done.stderr and "1 failed" in done.stdout


def test_a_path_longer_than_an_index_entry(database, ctl, tmp_path):
    folder = str(tmp_path)
    for n in range(8):
        folder += "/" + "".join(chr(0x4E00 + (n * 7919 + m * 104729) % 8000) for m in range(80))
        os.mkdir(folder)
    with open(folder + "/x.txt", "w", encoding="utf-8") as file:
        file.write("Deep down.")
    assert "1 handed in" in ctl("ingest", tmp_path).stdout
    assert "1 unchanged" in ctl("ingest", tmp_path).stdout
    assert database.value("SELECT length(uri) FROM hartonomous.source") > 4000


def test_a_file_that_shrinks_while_it_is_read_leaves_nothing(database, settings, tmp_path):
    """A lock holds the upload in the middle."""
    big = tmp_path / "big"
    big.write_bytes(os.urandom(1 << 20) * 8)
    with database.connect() as holder:
        holder.execute("BEGIN")
        holder.execute("LOCK hartonomous.content_chunk IN ACCESS EXCLUSIVE MODE")
        process = subprocess.Popen([program("hartonomousctl"), "--config-dir", settings.folder, "ingest", str(big)], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, env=settings.environment("hartonomous"))
        wait_until(lambda: database.value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'hartonomousctl' AND wait_event_type = 'Lock'"), 20)
        os.truncate(big, 1000)
        holder.execute("COMMIT")
    assert "big: changed while it was read; try again" in process.communicate(timeout=30)[1]
    assert process.returncode == 1
    assert database.query("SELECT state FROM hartonomous.source") == []


def test_a_signal_ends_a_wait_for_somebody_elses_lock(database, settings, tmp_path):
    (tmp_path / "x").write_text("x")
    with database.connect() as holder:
        holder.execute("BEGIN")
        holder.execute("LOCK hartonomous.source IN ACCESS EXCLUSIVE MODE")
        process = subprocess.Popen([program("hartonomousctl"), "--config-dir", settings.folder, "ingest", "--json", str(tmp_path / "x")],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=settings.environment("hartonomous"))
        wait_until(lambda: database.value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'hartonomousctl' AND wait_event_type = 'Lock'"), 20)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        assert process.returncode == 1 and err == "hartonomousctl: stopped; what was handed in so far is ingested\n"
        assert [(row["state"], row["failure"]) for row in json.loads(out)] == [("failed", "not handed in")]
    assert database.value("SELECT count(*) FROM hartonomous.source") == 0


# --- standard streams ---


def shell(settings, command, role="hartonomous"):
    return subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, timeout=60,
                          env=settings.environment(role, ctl=f"{program('hartonomousctl')} --config-dir {settings.folder}"))


@pytest.mark.parametrize("command", ["--help", "--version", "ingest --help", "source list", "status", "queue list --json", "schema status"])
def test_output_that_is_lost_is_a_failure(database, ctl, settings, command):
    ctl("ingest", "-", input="x")
    full = shell(settings, f"$ctl {command} > /dev/full")
    assert (full.returncode, full.stderr) == (1, "hartonomousctl: standard output: cannot be written: No space left on device\n")
    closed = shell(settings, f"$ctl {command} >&-")
    assert (closed.returncode, closed.stderr) == (1, "hartonomousctl: standard output: cannot be written: Bad file descriptor\n")
    # A reader that has what it wanted is no failure.
    gone = shell(settings, f"$ctl {command} | true")
    assert (gone.returncode, gone.stderr) == (0, "")


@pytest.mark.parametrize("name", DAEMONS)
def test_settings_that_are_lost_are_a_failure(settings, name):
    done = shell(settings, f"{program('hartonomous-' + name)} --help-settings > /dev/full")
    assert done.returncode == 1 and "cannot be written: No space left on device" in done.stderr


def test_closed_streams_do_not_become_connections(database, settings, ctl):
    """The first file a program opens gets the lowest free number: it must not be that of standard input or output."""
    before = database.value("SELECT count(*) FROM hartonomous.source")
    done = shell(settings, "$ctl ingest - <&-")
    assert done.returncode == 1 and "cannot be read: Bad file descriptor" in done.stderr
    assert database.value("SELECT count(*) FROM hartonomous.source") == before
    ctl("ingest", "-", input="One. Two.")
    settings.write("ingestion", {})
    with subprocess.Popen(f"exec {program('hartonomous-ingestion')} --config-dir {settings.folder} <&- >&- 2>&-", shell=True,
                          env=settings.environment("hartonomous-ingestion")) as daemon:
        try:
            wait_until(lambda: database.value("SELECT count(*) FROM hartonomous.source WHERE state = 'complete'") == 1, 20, "it is ingested")
            daemon.terminate()
            assert daemon.wait(10) == 0
        finally:
            daemon.kill()
