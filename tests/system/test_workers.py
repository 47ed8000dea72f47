"""A daemon of several processes, through the worker that does what its messages say (tests/unit/worker/chorus_worker.c):
a supervisor, processes 1 to N for its queue, and process 0 for the other one."""

import json
import os
import random
import signal
import subprocess
import time

import pytest

from daemons import program
from echo_queue import QUEUE, Echo, metric
from test_embedding import Atoms, sentences
from waiting import wait_until


class Chorus(Echo):
    """The queue, and the other one."""

    def send_other(self, behaviour):
        return self.database.value("SELECT broker.send_one('ClientService', 'EmbeddingService', 'EmbeddingContract', 'EmbeddingRequest', %s)",
                                   [json.dumps({"Do": behaviour})])

    def send_many(self, count, behaviour="ok"):
        """Their conversations, sorted."""
        rows = self.database.query(
            "SELECT broker.send_one('ClientService', 'InferenceService', 'InferenceJobContract', 'InferenceJobRequest', %s) "
            "FROM generate_series(1, %s)", [json.dumps({"Do": behaviour}), count])
        return sorted(row[0] for row in rows)

    def readers(self):
        return {row[0] for row in self.database.query("SELECT application_name FROM pg_stat_activity WHERE application_name LIKE 'hartonomous-chorus%'")}


@pytest.fixture
def echo(database):
    return Chorus(database)


@pytest.fixture
def run(start):
    """run(3): hartonomous-chorus with so many processes, as the owner of the database."""

    def launch(workers=2, environment=None, ready=True, **more):
        more["worker"] = {"retry_base": "50ms", "retry_max": "200ms", "workers": workers, **more.get("worker", {})}
        return start("chorus", environment={"PGUSER": "hartonomous", **(environment or {})}, ready=ready, **more)

    return launch


def write(settings, workers=2, **more):
    """New settings for a reload."""
    settings.write("chorus", {"worker": {"retry_base": "50ms", "retry_max": "200ms", "workers": workers}, **more})


def processes(daemon, name="chorus"):
    """Number → process id, of those that live."""
    found = {}
    for entry in os.listdir("/proc"):
        try:
            with open(f"/proc/{entry}/stat", encoding="utf-8") as file:
                title, rest = file.read().split("(", 1)[1].rsplit(")", 1)
        except (OSError, IndexError):
            continue
        state, parent = rest.split()[:2]
        if int(parent) == daemon.pid and state != "Z" and title.startswith(name + "/"):
            found[int(title.split("/")[1])] = int(entry)
    return found


def reload(daemon):
    """As `systemctl reload` does it: exit status, stderr."""
    done = subprocess.run([program("hartonomous-chorus"), f"--reload={daemon.pid}"], capture_output=True, text=True, timeout=70)
    return done.returncode, done.stderr


def kilobytes(pid, key):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(key + ":"))


def gone(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


# --- starting and stopping ---


def test_ready_when_all_are_and_stops_in_order(run, echo, settings):
    missing = os.path.join(settings.folder, "missing")
    open(missing, "w", encoding="utf-8").close()
    daemon = run(3, ready=False, chorus={"missing": missing})
    wait_until(lambda: " tries): what is prepared is not there" in daemon.status, 10, "it waits")
    assert not daemon.is_ready() and not processes(daemon) and daemon.notified("EXTEND_TIMEOUT_USEC")
    os.unlink(missing)
    daemon.wait_ready()
    assert sorted(processes(daemon)) == [0, 1, 2, 3]
    assert echo.readers() == {f"hartonomous-chorus/{number}" for number in range(4)}
    assert daemon.notified("READY") == ["1"]
    assert "takes messages from InferenceQueue and EmbeddingQueue in 4 processes" in daemon.log()
    wait_until(lambda: daemon.status == "Waiting for messages; 0 done; 4 processes", 5, "one status for all")
    pids = processes(daemon).values()
    daemon.stop(5)
    assert all(gone(pid) for pid in pids) and not os.path.exists(daemon.socket_path())
    assert daemon.log().count("Stopped in order") == 5  # each process says so at level debug
    assert "was asked to stop and ended" not in daemon.log()


def test_one_endpoint_for_all(run, echo):
    daemon = run(2)
    sent = echo.send_many(40)
    other = [echo.send_other("ok") for _ in range(3)]
    wait_until(lambda: sorted(echo.effects()) == sorted(sent + other), 10, "all effects")
    wait_until(lambda: metric(daemon, f'hartonomous_messages_total{{queue="{QUEUE}",result="done"}}') == 40, 5, "counted")
    wait_until(lambda: metric(daemon, 'hartonomous_messages_total{queue="EmbeddingQueue",result="done"}') == 3, 5, "counted")
    assert metric(daemon, "hartonomous_echo_effects_total") == 43
    assert metric(daemon, 'hartonomous_echo_last_size{process="0"}') > 0
    assert metric(daemon, "hartonomous_processes") == 3 and metric(daemon, "hartonomous_up") == 1
    for queue in (QUEUE, "EmbeddingQueue"):
        wait_until(lambda queue=queue: metric(daemon, f'hartonomous_queue_depth{{queue="{queue}"}}') is not None, 15, "what the broker knows of it")
    text = daemon.get("/metrics")[1]
    heads = [line for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(heads) == len(set(heads))
    status, body = daemon.get("/health")
    assert status == 200 and json.loads(body)["status"] == "Healthy"
    assert [name for name in os.listdir(daemon.settings.run) if name.startswith("chorus")] == ["chorus.sock"]


def test_processes_have_nothing_of_the_supervisors(run, echo):
    daemon = run(2)
    assert daemon.get("/health")[0] == 200

    def descriptors(pid):
        return {os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd") if int(fd) > 2}

    own = descriptors(daemon.pid)
    for pid in processes(daemon).values():
        shared = {name for name in own & descriptors(pid) if not name.startswith("anon_inode:")}
        assert len(shared) <= 1  # the journal's
        assert not any("timerfd" in name for name in descriptors(pid) - {"anon_inode:[timerfd]"})
        assert len(descriptors(pid)) <= 6


def test_what_is_prepared_is_in_memory_once(run, echo):
    size = 96 * 1024
    daemon = run(3, chorus={"memory": f"{size}K"})
    pids = [daemon.pid, *processes(daemon).values()]
    assert len(pids) == 5
    assert sum(kilobytes(pid, "Rss") for pid in pids) > 4 * size  # each of them reads all of it
    assert size <= sum(kilobytes(pid, "Pss") for pid in pids) < 1.6 * size
    assert size * 1024 <= metric(daemon, "process_resident_memory_bytes") < 1.6 * size * 1024


@pytest.mark.parametrize("section, says", [
    ({"chorus": {"bad_prepare": True}}, "bad_prepare is set"),
    ({"chorus": {"bad_open": True}}, "bad_open is set"),
    ({"worker": {"workers": 0}}, "1 to 64"),
    ({"worker": {"workers": 65}}, "1 to 64"),
])
def test_wrong_settings_end_with_78(run, echo, section, says):
    daemon = run(ready=False, **section)
    assert daemon.wait_exit(20) == 78
    assert says in daemon.log() and says in daemon.status + daemon.log()
    assert not processes(daemon)


def test_the_setting_is_there_where_it_means_something(settings, database):
    listed = {name: subprocess.run([program(f"hartonomous-{name}"), "--help-settings"], capture_output=True, text=True, check=True).stdout
              for name in ("echo", "chorus")}
    assert "workers = 1" in listed["chorus"] and "workers" not in listed["echo"]
    settings.write("echo", {"worker": {"workers": 2}})
    refused = subprocess.run([program("hartonomous-echo"), "--check-config", "--config-dir", settings.folder], capture_output=True, text=True)
    assert refused.returncode == 78 and "workers" in refused.stderr
    write(settings, 3, chorus={"bad_prepare": True})  # what is prepared is no matter of a check
    subprocess.run([program("hartonomous-chorus"), "--check-config", "--config-dir", settings.folder], check=True)


def test_a_handler_that_wants_a_person_ends_the_daemon(run, echo):
    daemon = run(3)
    echo.send("config")
    assert daemon.wait_exit(20) == 78
    assert "told that the settings are wrong" in daemon.status
    assert echo.database.value("SELECT coalesce(max(attempts), 0) FROM broker.message") == 0


def test_a_stop_puts_everything_back(run, echo):
    daemon = run(2)
    echo.send("long", "long", "long")
    wait_until(lambda: "a long step" in daemon.status, 10, "a long step")
    wait_until(lambda: echo.database.value("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"), 10, "messages in hand")
    daemon.stop(5)
    assert echo.depth() == 3
    assert echo.database.value("SELECT coalesce(max(attempts), 0) + coalesce(max(rollbacks), 0) FROM broker.message") == 0


# --- death ---


def test_a_process_that_is_killed_is_replaced_and_nothing_is_lost(run, echo):
    daemon = run(3, worker={"batch_size": 5})
    sent, kills, counted = [], 0, 0
    for _ in range(6):
        sent += echo.send_many(60)
        number, pid = random.choice([pair for pair in processes(daemon).items() if pair[0] != 0])
        os.kill(pid, signal.SIGKILL)
        kills += 1
        wait_until(lambda number=number, pid=pid: processes(daemon).get(number, pid) != pid, 10, "another takes its place")
        now = metric(daemon, "hartonomous_echo_effects_total")
        assert now >= counted
        counted = now
    wait_until(lambda: echo.depth() == 0, 20, "all are handled")
    assert sorted(echo.effects()) == sorted(sent) and not echo.dead()
    assert daemon.log().count("ended by signal 9 (Killed), another takes its place") == kills
    wait_until(lambda: metric(daemon, "hartonomous_processes") == 4, 10, "all are ready again")
    assert metric(daemon, "hartonomous_processes_replaced_total") == kills
    assert daemon.process.poll() is None and daemon.notified("READY") == ["1"]


def test_a_message_that_kills_its_process_becomes_a_dead_letter(run, echo):
    daemon = run(2, worker={"batch_size": 1})
    (bad,) = echo.send("crash")
    sent = echo.send_many(20)
    wait_until(echo.dead, 30, "a dead letter")
    assert [row[0] for row in echo.dead()] == [bad]
    wait_until(lambda: sorted(echo.effects()) == sent, 10, "the others are done")
    assert daemon.process.poll() is None


def test_the_supervisors_death_is_its_processes(run, echo):
    daemon = run(3, worker={"batch_size": 5})
    sent = echo.send_many(300)
    wait_until(echo.effects, 10, "it works")
    pids = processes(daemon).values()
    daemon.kill()
    wait_until(lambda: all(gone(pid) for pid in pids), 5, "the processes are gone")
    wait_until(lambda: not echo.readers(), 5, "and their connections")
    daemon.launch()
    wait_until(lambda: echo.depth() == 0 and len(processes(daemon)) == 4, 30, "all are handled")
    assert sorted(echo.effects()) == sent and not echo.dead()


def test_deaths_without_end_are_systemds_affair(run, echo):
    daemon = run(1)
    deadline = time.monotonic() + 40
    while daemon.process.poll() is None and time.monotonic() < deadline:
        pid = processes(daemon).get(1)
        if pid:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)
    assert daemon.wait_exit(10) == 1
    assert "again and again" in daemon.log()


def test_a_hung_process_is_replaced_and_the_others_go_on(run, echo):
    daemon = run(2, environment={"WATCHDOG_USEC": 1500000})
    before = processes(daemon)
    os.kill(before[2], signal.SIGSTOP)
    wait_until(lambda: processes(daemon).get(2, before[2]) != before[2], 10, "another takes its place")
    assert daemon.log().count("gives no sign of life and is ended") == 1
    wait_until(lambda: metric(daemon, "hartonomous_processes") == 3, 10, "all are ready again")
    after = processes(daemon)
    assert (after[0], after[1]) == (before[0], before[1])
    (other,) = echo.send("hang")  # now in the middle of a step
    wait_until(lambda: daemon.log().count("gives no sign of life and is ended") > 1, 15, "it is ended, too")
    sent = echo.send_many(10)
    wait_until(lambda: set(echo.effects()) >= set(sent), 15, "the others are done")
    patted = len(daemon.notified("WATCHDOG"))
    wait_until(lambda: len(daemon.notified("WATCHDOG")) > patted + 2, 5, "systemd hears of it all the time")
    assert other not in echo.effects()


def test_a_supervisor_that_was_frozen_kills_nobody(run, echo):
    daemon = run(2, environment={"WATCHDOG_USEC": 1000000})
    before = processes(daemon)
    everybody = [daemon.pid, *before.values()]
    for pid in everybody:
        os.kill(pid, signal.SIGSTOP)
    frozen = time.monotonic()
    wait_until(lambda: time.monotonic() - frozen > 2.5, 5)
    for pid in everybody:
        os.kill(pid, signal.SIGCONT)
    patted = len(daemon.notified("WATCHDOG"))
    wait_until(lambda: len(daemon.notified("WATCHDOG")) > patted + 4, 5, "it goes on")
    assert processes(daemon) == before and "no sign of life" not in daemon.log()


def test_health_while_a_process_is_away(run, echo, cluster):
    daemon = run(2, worker={"retry_base": "3s", "retry_max": "3s"})
    os.kill(processes(daemon)[1], signal.SIGKILL)
    wait_until(lambda: json.loads(daemon.get("/health")[1])["status"] == "Degraded", 5, "one is missing")
    os.kill(processes(daemon)[0], signal.SIGKILL)
    wait_until(lambda: daemon.get("/health")[0] == 503, 5, "nobody serves the other queue")
    wait_until(lambda: json.loads(daemon.get("/health")[1])["status"] == "Healthy", 15, "all are there again")
    cluster.restart("fast")
    sent = echo.send_many(5)
    wait_until(lambda: echo.effects() == sent, 20, "they connect again")


# --- reload ---


def test_reload_replaces_one_after_another_and_loses_nothing(run, echo, settings):
    daemon = run(2, worker={"batch_size": 3})
    before = processes(daemon)
    sent = echo.send_many(300)
    write(settings, echo={"greeting": "new"})
    assert reload(daemon) == (0, "")
    after = processes(daemon)
    assert sorted(after) == [0, 1, 2] and not set(after.values()) & set(before.values())
    assert all(gone(pid) for pid in before.values())
    later = echo.send_many(5)
    wait_until(lambda: sorted(echo.effects()) == sorted(sent + later), 20, "each message exactly once")
    assert echo.greetings()[-5:] == ["new"] * 5
    assert daemon.notified("RELOADING") == ["1"] and daemon.notified("READY") == ["1", "1"]
    assert "ended by" not in daemon.log() and "and ended" not in daemon.log() and not echo.dead()
    assert metric(daemon, "hartonomous_echo_effects_total") == 305
    assert metric(daemon, "hartonomous_processes_replaced_total") == 0


def test_reload_with_another_number(run, echo, settings):
    daemon = run(2)
    for workers in (4, 1, 3):
        write(settings, workers)
        assert reload(daemon) == (0, "")
        assert sorted(processes(daemon)) == list(range(workers + 1))
        assert json.loads(daemon.get("/health")[1])["status"] == "Healthy"
        sent = echo.send_many(10)
        wait_until(lambda sent=sent: set(echo.effects()) >= set(sent), 10, "they work")


@pytest.mark.parametrize("section, says", [
    ({"worker": {"workers": "many"}}, "workers"),
    ({"echo": {"greeting": "unusable"}}, "greeting is unusable"),
    ({"chorus": {"bad_prepare": True}}, "bad_prepare is set"),
    ({"chorus": {"bad_open": True}}, "bad_open is set"),
])
def test_refused_reload_changes_nothing(run, echo, settings, section, says):
    daemon = run(2)
    before = processes(daemon)
    settings.write("chorus", section)
    status, said = reload(daemon)
    assert status == 78 and "the old ones stay" in said
    assert "The new settings are refused" in daemon.log() and says in daemon.log()
    wait_until(lambda: processes(daemon) == before, 10, "the same processes")
    assert daemon.notified("READY") == ["1", "1"] and daemon.notified("RELOADING") == ["1"]
    sent = echo.send_many(3)
    wait_until(lambda: echo.effects() == sent, 10, "they work")
    write(settings, echo={"greeting": "mended"})
    assert reload(daemon) == (0, "")
    echo.send("ok")
    wait_until(lambda: echo.greetings()[-1] == "mended", 10, "the next reload is good")


def test_reload_that_waits_for_a_server_gives_way_to_the_next(run, echo, settings):
    daemon = run(2)
    before = processes(daemon)
    settings.write_common(database={"conninfo": "host=/nonexistent dbname=nothing"})
    daemon.reload()
    wait_until(lambda: "Waiting for PostgreSQL" in daemon.status, 10, "a new process finds no server")
    sent = echo.send_many(3)
    wait_until(lambda: echo.effects() == sent, 10, "the old ones work")
    assert {number: pid for number, pid in processes(daemon).items() if pid in before.values()}
    settings.write_common()
    assert reload(daemon) == (0, "")
    wait_until(lambda: sorted(processes(daemon)) == [0, 1, 2] and not set(processes(daemon).values()) & set(before.values()), 10, "replaced")
    assert daemon.log().count("Settings were read again") == 1


def test_reload_changes_telemetry(run, echo, settings):
    daemon = run(1)
    assert daemon.get("/health")[0] == 200
    settings.write_common(telemetry={"enabled": False})
    assert reload(daemon) == (0, "")
    assert not os.path.exists(daemon.socket_path())
    settings.write_common()
    assert reload(daemon) == (0, "")
    assert daemon.get("/health")[0] == 200


# --- the queue's seats ---


def test_each_process_is_a_reader_and_those_too_many_stand_by(run, echo, settings):
    echo.database.query("UPDATE broker.queue SET max_readers = 1 WHERE name = %s", [QUEUE])
    daemon = run(3)
    wait_until(lambda: metric(daemon, "hartonomous_standing_by") == 2, 10, "two stand by")
    sent = echo.send_many(10)
    wait_until(lambda: echo.effects() == sent, 10, "one works")
    write(settings, 2)
    assert reload(daemon) == (0, "")
    sent += echo.send_many(10)
    wait_until(lambda: sorted(echo.effects()) == sorted(sent), 15, "one of the new ones took the seat")
    daemon.stop(5)


# --- one process that prepares ---


def test_one_process_prepares_for_itself(start, echo, settings):
    missing = os.path.join(settings.folder, "missing")
    open(missing, "w", encoding="utf-8").close()
    loop = {"retry_base": "50ms", "retry_max": "200ms"}
    daemon = start("solo", environment={"PGUSER": "hartonomous"}, ready=False, worker=loop, chorus={"missing": missing})
    wait_until(lambda: " tries): what is prepared is not there" in daemon.status, 10, "it waits")
    os.unlink(missing)
    daemon.wait_ready()
    assert not processes(daemon, "solo")
    sent = echo.send_many(5)
    wait_until(lambda: echo.effects() == sent, 10, "it works")
    settings.write("solo", {"worker": {"workers": 2}})
    status, _ = reload(daemon)
    assert status == 78 and "one process becomes several at a start, not at a reload" in daemon.log()
    daemon.stop(5)


def test_several_without_another_queue(start, echo, settings):
    daemon = start("solo", environment={"PGUSER": "hartonomous"}, worker={"workers": 2})
    assert sorted(processes(daemon, "solo")) == [1, 2]
    assert "takes messages from InferenceQueue in 2 processes" in daemon.log()
    settings.write("solo", {"worker": {"workers": 1}})
    assert reload(daemon) == (0, "")
    assert sorted(processes(daemon, "solo")) == [1]
    sent = echo.send_many(5)
    wait_until(lambda: echo.effects() == sent, 10, "it works")
    assert json.loads(daemon.get("/health")[1])["status"] == "Healthy"
    daemon.stop(5)


def test_what_cannot_be_prepared_ends_one_process_too(start, echo):
    daemon = start("solo", environment={"PGUSER": "hartonomous"}, ready=False, chorus={"bad_prepare": True})
    assert daemon.wait_exit(20) == 78 and "bad_prepare is set" in daemon.log()


# --- the daemon that is several processes in earnest ---


def test_embedding_whatever_is_killed_each_atom_has_one_vector(start, database):
    atoms = Atoms(database)
    daemon = start("embedding", worker={"workers": 2, "batch_size": 2})
    ids = atoms.add(sentences(600, words=8))
    for begin in range(0, len(ids), 10):
        atoms.ask(ids[begin:begin + 10])
    wait_until(lambda: atoms.count() > 20, 30, "it works")
    pids = processes(daemon, "embedding")
    assert sorted(pids) == [0, 1, 2]
    os.kill(pids[1], signal.SIGKILL)
    wait_until(lambda: processes(daemon, "embedding").get(1, pids[1]) != pids[1], 10, "another takes its place")
    count = atoms.count()
    wait_until(lambda: atoms.count() > count + 60, 30, "both work")
    everybody = [daemon.pid, *processes(daemon, "embedding").values()]
    assert sum(kilobytes(pid, "Pss") for pid in everybody) < 0.7 * sum(kilobytes(pid, "Rss") for pid in everybody)
    daemon.kill()
    wait_until(lambda: all(gone(pid) for pid in everybody), 5, "nobody is left")
    daemon.launch()
    wait_until(lambda: atoms.is_idle() or atoms.count() == len(ids), 60, "all is done")
    wait_until(atoms.is_idle, 10, "and nothing waits")
    assert database.query("SELECT count(*), count(DISTINCT atom_id) FROM hartonomous.embedding") == [(len(ids), len(ids))]
    assert database.value("SELECT count(*) FROM broker.dead_letter") == 0
