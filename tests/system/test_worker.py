"""The skeleton of every daemon, with a real PostgreSQL and a served notify socket, through the worker that does what its
messages say (tests/unit/worker/echo_worker.c)."""

import json
import os
import random
import re
import signal
import subprocess
import time

import pytest

from daemons import program
from echo_queue import QUEUE, Echo, metric
from waiting import wait_until


def source_folder():
    return os.environ.get("HARTONOMOUS_SOURCE") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@pytest.fixture
def echo(database):
    return Echo(database)


@pytest.fixture
def run(start):
    """run(): hartonomous-echo as the owner of the database."""

    def launch(environment=None, **more):
        more.setdefault("worker", {"retry_base": "50ms", "retry_max": "200ms"})
        return start("echo", environment={"PGUSER": "hartonomous", **(environment or {})}, **more)

    return launch


def test_handles_messages_and_stops_in_order(run, echo):
    daemon = run()
    sent = echo.send("ok", "ok", "ok")
    wait_until(lambda: echo.effects() == sent, 10, "three effects")
    assert echo.depth() == 0
    assert metric(daemon, f'hartonomous_messages_total{{queue="{QUEUE}",result="done"}}') == 3
    assert metric(daemon, "hartonomous_echo_effects_total") == 3
    assert metric(daemon, "process_resident_memory_bytes") > 1e6
    daemon.stop(5)
    assert not os.path.exists(daemon.socket_path())


def test_wakes_by_notification_not_by_polling(run, echo):
    daemon = run(worker={"poll": "1h"})
    wait_until(lambda: "Waiting for messages" in daemon.status, 10, "the daemon sleeps")
    sent = echo.send("ok")
    wait_until(lambda: echo.effects() == sent, 5, "one effect")


def test_status_says_what_it_does(run, echo):
    daemon = run()
    wait_until(lambda: daemon.status.startswith("Waiting for messages"), 10, "idle status")
    echo.send("long")
    wait_until(lambda: "Working on 1 message;" in daemon.status and "a long step" in daemon.status, 10, "status of the step")


def test_failed_message_costs_attempts_and_becomes_a_dead_letter(run, echo):
    daemon = run()
    first, bad, last = echo.send("ok", "fail", "ok")
    wait_until(echo.dead, 20, "a dead letter")
    assert echo.dead() == [(bad, 3)]
    wait_until(lambda: sorted(echo.effects()) == [first, last], 10, "the others are done")
    assert echo.depth() == 0
    assert "told to fail" in daemon.log()
    # What was undone was not done: the good ones came in the same batches as the bad one.
    assert metric(daemon, "hartonomous_echo_effects_total") == 2
    assert sorted(re.findall(r"effect of (\d+)", daemon.log())) == sorted([str(first), str(last)])
    assert metric(daemon, f'hartonomous_messages_total{{queue="{QUEUE}",result="dead_letter"}}') == 1


def test_poison_is_a_dead_letter_at_once(run, echo):
    run()
    (bad,) = echo.send("poison")
    wait_until(echo.dead, 10, "a dead letter")
    assert echo.dead() == [(bad, 1)]


def test_unknown_blame_splits_the_batch(run, echo):
    sent = echo.send("ok", "ok", "fail-unknown", "ok")
    daemon = run()
    wait_until(echo.dead, 20, "a dead letter")
    assert [row[0] for row in echo.dead()] == [sent[2]]
    wait_until(lambda: sorted(echo.effects()) == sorted(set(sent) - {sent[2]}), 10, "the others are done")
    assert "one by one" in daemon.log()


def test_crash_costs_an_attempt_each_time(run, echo):
    bad, good = echo.send("crash", "ok")
    daemon = run(ready=False).supervise()
    wait_until(lambda: echo.effects() == [good] and echo.dead(), 30, "the crashing message is dead, the other is done")
    assert [row[0] for row in echo.dead()] == [bad]
    daemon.unsupervise()


def test_dependency_away_costs_no_attempt(run, echo, settings):
    outage = os.path.join(settings.folder, "outage")
    open(outage, "w").close()
    daemon = run(echo={"outage": outage})
    sent = echo.send("depend")
    wait_until(lambda: metric(daemon, f'hartonomous_messages_total{{queue="{QUEUE}",result="put_back"}}') >= 3, 10, "three tries")
    assert metric(daemon, 'hartonomous_dependency_up{dependency="Echo"}') == 0
    status, health = daemon.get("/health")
    assert (status, json.loads(health)["status"]) == (200, "Degraded")
    assert daemon.log().count("Echo does not answer") == 1  # a line per change of state, not per attempt
    wait_until(lambda: "Messages wait" in daemon.log(), 5, "the line about it")
    assert daemon.log().count("Messages wait") == 1
    os.unlink(outage)
    daemon.stop(5)
    daemon = run(echo={"outage": outage})
    wait_until(lambda: echo.effects() == sent, 10, "the effect after the outage")
    assert echo.dead() == []
    assert json.loads(daemon.get("/health")[1])["status"] == "Healthy"


def test_a_passing_conflict_is_not_worth_a_line(run, echo, settings):
    outage = os.path.join(settings.folder, "outage")
    open(outage, "w").close()
    daemon = run(echo={"outage": outage})
    sent = echo.send("conflict")
    wait_until(lambda: echo.effects() == sent, 10, "the effect after the conflict")
    assert metric(daemon, f'hartonomous_messages_total{{queue="{QUEUE}",result="put_back"}}') == 1
    daemon.stop(5)
    assert "a conflict" not in daemon.log() and "handled again" not in daemon.log()


def test_breaker_opens_and_a_probe_closes_it(run, echo, settings):
    outage = os.path.join(settings.folder, "outage")
    open(outage, "w").close()
    daemon = run(echo={"outage": outage}, worker={"retry_base": "10ms", "retry_max": "20ms"})
    echo.send("depend")
    put_back = f'hartonomous_messages_total{{queue="{QUEUE}",result="put_back"}}'
    wait_until(lambda: metric(daemon, put_back) == 5, 10, "five tries")
    wait_until(lambda: "Waiting for a dependency (5 tries)" in daemon.status, 5, "status of the open breaker")
    assert metric(daemon, put_back) == 5
    daemon.stop(5)


def test_stop_in_a_long_step_puts_everything_back(run, echo):
    daemon = run()
    echo.send("long")
    wait_until(lambda: "a long step" in daemon.status, 10, "the step runs")
    assert daemon.get("/health")[0] == 200  # answers while the step runs
    daemon.stop(5)
    assert echo.effects() == []
    assert echo.depth() == 1
    second = run()
    wait_until(lambda: "a long step" in second.status, 10, "it came again")
    assert echo.database.value("SELECT max(attempts) FROM broker.message") == 0


def test_lost_connection_is_made_again(run, echo, cluster):
    daemon = run()
    wait_until(lambda: "Waiting for messages" in daemon.status, 10, "idle")
    cluster.stop("immediate")
    wait_until(lambda: "Waiting for PostgreSQL" in daemon.status, 10, "the outage in the status")
    assert daemon.get("/health")[0] == 503
    cluster.start()
    sent = echo.send("ok")
    wait_until(lambda: echo.effects() == sent, 20, "the effect after the restart")
    assert daemon.log().count("Database does not answer") == 1
    assert daemon.log().count("Database answers again") == 1
    wait_until(lambda: daemon.get("/health")[0] == 200, 5, "healthy again")


def test_connection_killed_under_a_step(run, echo):
    daemon = run()
    echo.send("long")
    wait_until(lambda: "a long step" in daemon.status, 10, "the step runs")
    echo.database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'hartonomous-echo'")
    daemon.stop(5)
    assert echo.depth() == 1


def test_postgres_away_at_start(run, settings, database, cluster):
    cluster.stop()
    daemon = run(ready=False)
    wait_until(lambda: "Waiting for PostgreSQL" in daemon.status, 10, "what it waits for")
    assert daemon.notified("EXTEND_TIMEOUT_USEC")
    assert not daemon.notified("READY")
    cluster.start()
    daemon.wait_ready(20)


def test_stops_while_postgres_is_away(run, database, cluster):
    cluster.stop()
    daemon = run(ready=False)
    wait_until(lambda: "Waiting for PostgreSQL" in daemon.status, 10, "it waits")
    daemon.stop(5)
    cluster.start()


def test_wrong_database_ends_with_78(run, empty_database, settings, cluster):
    settings.write_common(database={"conninfo": cluster.conninfo("no_such_database", None)}, logging={"level": "info"})
    settings.write("echo", {})
    done = subprocess.run([program("hartonomous-echo"), "--config-dir", settings.folder], env=settings.environment("hartonomous"),
                          capture_output=True, text=True, timeout=30)
    assert done.returncode == 78
    assert "no_such_database" in done.stderr and len(done.stderr.splitlines()) == 1


def test_missing_schema_ends_with_78(empty_database, settings):
    settings.write("echo", {})
    done = subprocess.run([program("hartonomous-echo"), "--config-dir", settings.folder], env=settings.environment("hartonomous"),
                          capture_output=True, text=True, timeout=30)
    assert done.returncode == 78
    assert "hartonomousctl schema apply" in done.stderr


@pytest.mark.parametrize("behaviour, status, attempts", [("config", 78, 0), ("fatal", 1, 1)])
def test_handler_can_end_the_daemon(run, echo, behaviour, status, attempts):
    daemon = run()
    echo.send(behaviour)
    assert daemon.wait_exit(10) == status
    assert echo.depth() == 1
    assert echo.database.value("SELECT max(attempts) FROM broker.message") == attempts


# Where the first daemon does not say which of the three it was, all have lost a delivery, which has a limit of its own.
@pytest.mark.parametrize("behaviour, attempts", [("fatal", 3), ("fatal-unknown", 4)])
def test_a_message_that_ends_every_daemon_is_given_up(run, echo, behaviour, attempts):
    first, bad, last = echo.send("ok", behaviour, "ok")
    daemon = run(ready=False).supervise()
    wait_until(lambda: echo.dead() and sorted(echo.effects()) == [first, last], 30, "the one is dead, the others are done")
    assert echo.dead() == [(bad, attempts)]
    assert echo.database.value("SELECT error_text FROM broker.dead_letter") == "told to give up"
    daemon.unsupervise()


def test_a_queue_that_is_off_is_waited_for(run, echo):
    echo.database.query("UPDATE broker.queue SET status = 'OFF' WHERE name = %s", [QUEUE])
    daemon = run()
    sent = echo.send("ok")
    wait_until(lambda: f"{QUEUE} is off" in daemon.status, 10, "what it waits for")
    assert echo.effects() == []
    echo.database.query("UPDATE broker.queue SET status = 'ON' WHERE name = %s", [QUEUE])
    wait_until(lambda: echo.effects() == sent, 10, "the effect")


def test_reload_good_and_bad(run, echo, settings):
    daemon = run(echo={"greeting": "before"})

    def reload(**sections):
        settings.write("echo", sections)
        return subprocess.run([program("hartonomous-echo"), f"--reload={daemon.pid}"], capture_output=True, text=True, timeout=30)

    assert reload(echo={"greeting": "after"}).returncode == 0
    echo.send("ok")
    wait_until(lambda: echo.greetings() == ["after"], 10, "the new setting is in force")
    for sections in ({"echo": {"greting": "x"}}, {"echo": {"greeting": "unusable"}}, {"echo": {"greeting": "x", "refuse": "yes"}}):
        refused = reload(**sections)
        assert refused.returncode == 78 and "refused" in refused.stderr
    echo.send("ok")
    wait_until(lambda: echo.greetings() == ["after", "after"], 10, "the old settings stay")
    assert daemon.log().count("refused, the old ones stay") == 3
    assert daemon.notified("RELOADING") == ["1"] * 4
    assert len(daemon.notified("MONOTONIC_USEC")) == 4
    assert len(daemon.notified("READY")) == 5


def test_plain_sighup_reloads_within_a_step(run, echo, settings):
    daemon = run()
    settings.write("echo", {"echo": {"greeting": "by signal"}})
    daemon.reload()
    wait_until(lambda: "Settings were read again" in daemon.log(), 10, "the reload")
    echo.send("ok")
    wait_until(lambda: echo.greetings() == ["by signal"], 10, "the new setting is in force")


def test_reload_of_nobody_fails():
    done = subprocess.run([program("hartonomous-echo"), "--reload=4194300"], capture_output=True, text=True, timeout=10)
    assert done.returncode == 1 and "cannot reload" in done.stderr


def test_watchdog_is_patted_in_time_and_not_by_a_hung_step(run, echo):
    # The environment cannot name the process beforehand: without WATCHDOG_PID it is anybody's.
    daemon = run(environment={"WATCHDOG_USEC": 400000})
    patted = len(daemon.notified("WATCHDOG"))
    wait_until(lambda: len(daemon.notified("WATCHDOG")) > patted + 2, 5, "an idle daemon pats")
    echo.send("long")
    wait_until(lambda: "a long step" in daemon.status, 10, "the step runs")
    patted = len(daemon.notified("WATCHDOG"))
    wait_until(lambda: len(daemon.notified("WATCHDOG")) > patted + 2, 5, "a step with progress pats")
    daemon.stop(5)
    echo.database.query("DELETE FROM broker.message")
    hung = run(environment={"WATCHDOG_USEC": 400000})
    echo.send("hang")
    wait_until(lambda: echo.database.value("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"), 10, "it hangs")
    patted = len(hung.notified("WATCHDOG"))
    with pytest.raises(AssertionError):
        wait_until(lambda: len(hung.notified("WATCHDOG")) > patted + 1, 1.5)  # one may still be on its way
    hung.kill()


def test_telemetry_address_in_use_hinders_nothing(run, echo, settings):
    first = run()
    second = run()
    assert "No /health and /metrics, work goes on" in second.log()
    assert first.get("/health")[0] == 200


def test_abandoned_socket_is_taken_over(run, echo):
    first = run()
    first.kill()
    assert os.path.exists(first.socket_path())
    second = run()
    assert second.get("/health")[0] == 200
    assert second.get("/nothing")[0] == 404


def test_telemetry_over_tcp(run, echo, settings):
    import socket
    import urllib.request
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    run(common={"telemetry": {"listen": f"127.0.0.1:{port}"}})
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
        assert json.load(answer)["status"] == "Healthy"


def test_telemetry_on_a_passed_socket(run, echo, settings):
    """As systemd does it for a .socket unit: descriptor 3, LISTEN_FDS, LISTEN_PID."""
    import socket
    path = os.path.join(settings.folder, "passed.sock")
    settings.write("echo", {})
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as client:
        listener.bind(path)
        listener.listen()
        script = f'exec 3<&{listener.fileno()}; export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@"'
        process = subprocess.Popen(["bash", "-c", script, "bash", program("hartonomous-echo"), "--config-dir", settings.folder],
                                   env=settings.environment("hartonomous"), pass_fds=[listener.fileno()], stderr=subprocess.DEVNULL)
        try:
            client.settimeout(10)
            client.connect(path)
            client.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            assert client.recv(4096).startswith(b"HTTP/1")
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0


# --- stopping ---


def attempts_lost(database):
    return database.query("SELECT coalesce(max(attempts), 0), coalesce(max(rollbacks), 0), (SELECT count(*) FROM broker.dead_letter), "
                          "(SELECT sum(rolled_back + failed)::integer FROM broker.queue_activity) FROM broker.message")[0]


def pause_takes(database, seconds):
    """Each statement that takes messages goes on for so long after it deleted them."""
    database.query(f"CREATE FUNCTION test.pause() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep({seconds}); RETURN NULL; END $$")
    database.query("CREATE TRIGGER pause AFTER DELETE ON broker.message FOR EACH STATEMENT EXECUTE FUNCTION test.pause()")


def test_a_stop_while_messages_are_taken_costs_no_attempt(run, echo):
    """The statement that takes has already deleted when the signal comes: cancelled now, it would look like a reader that died."""
    pause_takes(echo.database, "1")
    echo.send("ok", "ok", "ok")
    for _ in range(2):
        daemon = run(ready=False)
        wait_until(lambda: echo.database.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"), 10, "it takes")
        daemon.stop(5)
        assert (echo.effects(), echo.depth()) == ([], 3)
        assert attempts_lost(echo.database) == (0, 0, 0, 0)


def test_a_take_that_fails_half_way_costs_no_attempt(run, echo):
    """As where the answer does not fit into memory and the disk is full: the messages are deleted already."""
    echo.database.query("CREATE SEQUENCE test.takes")
    echo.database.query("CREATE FUNCTION test.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('test.takes') <= 3 THEN "
                        "RAISE EXCEPTION 'could not write to file' USING ERRCODE = '53100'; END IF; RETURN NULL; END $$")
    echo.database.query("CREATE TRIGGER refuse AFTER DELETE ON broker.message FOR EACH STATEMENT EXECUTE FUNCTION test.refuse()")
    sent = echo.send("ok", "ok")
    daemon = run()
    wait_until(lambda: echo.effects() == sent, 20, "the effects")
    assert echo.database.value("SELECT last_value FROM test.takes") >= 4
    assert "disk is full" in daemon.log() and "handled again" in daemon.log()
    daemon.stop(5)
    assert attempts_lost(echo.database) == (0, 0, 0, 0)


def test_a_stop_does_not_wait_for_a_table_that_somebody_locked(run, echo):
    daemon = run()
    wait_until(lambda: "Waiting for messages" in daemon.status, 10, "idle")
    with echo.database.connect() as somebody:
        somebody.execute("BEGIN")
        somebody.execute("LOCK broker.message IN ACCESS EXCLUSIVE MODE")
        echo.database.query("SELECT pg_notify(broker.channel(broker.queue_number(%s)), '')", [QUEUE])
        wait_until(lambda: echo.database.value("SELECT count(*) FROM pg_locks WHERE NOT granted"), 10, "its take waits")
        daemon.stop(5)


def test_hundreds_of_stops_under_load_cost_no_attempt(run, echo):
    """Whatever a daemon does when it is asked to stop: taking, handling, committing, falling asleep."""
    sent, chance = 0, random.Random(4)
    pause_takes(echo.database, "CASE WHEN random() < 0.2 THEN 0.3 ELSE 0 END")
    for _ in range(100):
        if echo.depth() < 3000:
            echo.database.query("SELECT broker.send_many('ClientService', 'InferenceService', 'InferenceJobContract', 'InferenceJobRequest', "
                                """array_fill('{"Do": "ok"}'::jsonb, ARRAY[5000]))""")
            sent += 5000
        daemons = [run(ready=False, worker={"batch_size": chance.choice([1, 10, 500])}, arguments=[f"--instance={n}"]) for n in range(3)]
        for daemon in daemons:
            daemon.wait_ready()
        for daemon in daemons:
            until = time.monotonic() + chance.uniform(0, 0.1)
            while time.monotonic() < until:
                pass
            daemon.process.send_signal(signal.SIGTERM)
        for daemon in daemons:
            assert daemon.wait_exit(5) == 0, daemon.log()[-3000:]
            daemon.close()
        assert attempts_lost(echo.database) == (0, 0, 0, 0)
    last = run()
    wait_until(lambda: echo.depth() == 0, 60, "the rest is handled")
    last.stop(5)
    assert echo.database.query("SELECT count(*), count(DISTINCT conversation) FROM test.effect") == [(sent, sent)]
    assert attempts_lost(echo.database) == (0, 0, 0, 0)


# --- standing by ---


def test_a_daemon_too_many_stands_by_and_takes_over(run, echo):
    echo.database.query("UPDATE broker.queue SET max_readers = 1 WHERE name = %s", [QUEUE])
    first = run()
    second = run(arguments=["--instance=2"])  # ready, though it has nothing to do
    wait_until(lambda: "Standing by" in second.status and QUEUE in second.status, 10, "its status")
    assert metric(first, "hartonomous_standing_by") == 0
    log = "Standing by until another reader goes"
    assert second.log().count(log) == 1 and f"{QUEUE} has its 1 reader(s)" in second.log()
    sent = echo.send("ok")
    wait_until(lambda: echo.effects() == sent, 10, "the first handles it")
    first.kill()
    sent += echo.send("ok")
    wait_until(lambda: echo.effects() == sent, 5, "the second took over")
    assert "takes messages from InferenceQueue now" in second.log()
    third = run(arguments=["--instance=3"])
    wait_until(lambda: "Standing by" in third.status, 10, "the third stands by")
    echo.database.query("UPDATE broker.queue SET max_readers = NULL WHERE name = %s", [QUEUE])
    wait_until(lambda: "Waiting for messages" in third.status, 5, "there is no limit any more")
    for daemon in (second, third):
        daemon.stop(5)


def test_standing_by_outlives_a_restart_of_postgres(run, echo, cluster):
    echo.database.query("UPDATE broker.queue SET max_readers = 1 WHERE name = %s", [QUEUE])
    daemons = [run(), run(arguments=["--instance=2"])]
    wait_until(lambda: "Standing by" in daemons[1].status, 10, "one stands by")
    cluster.restart("immediate")
    wait_until(lambda: sorted(daemon.status[:11] for daemon in daemons) == ["Standing by", "Waiting for"], 20, "one of them does again")
    wait_until(lambda: "messages" in "".join(daemon.status for daemon in daemons), 10, "the other takes messages")
    sent = echo.send("ok")
    wait_until(lambda: echo.effects() == sent, 10, "one effect")
    for daemon in daemons:
        daemon.stop(5)


# --- what is done beside the messages ---


def test_upkeep_comes_soon_and_again(run, echo):
    daemon = run(worker={"maintenance": "1s", "poll": "1h"})
    with echo.database.connect() as connection:
        def expire():
            return connection.execute("SELECT broker.begin_conversation('ClientService', 'InferenceService', 'InferenceJobContract', lifetime => '1ms')").fetchone()[0]

        for _ in range(2):
            handle = expire()
            wait_until(lambda: connection.execute("SELECT state FROM broker.conversation WHERE handle = %s", [handle]).fetchone()[0] == "ERROR", 10, "it is over")
    wait_until(lambda: daemon.log().count("conversations expired") >= 2, 5, "it is told")
    wait_until(lambda: daemon.status.startswith("Waiting for messages"), 5, "its status is again what it was")
    assert daemon.log().count("warning:") == 0


def test_upkeep_that_has_much_to_do_comes_again_at_once(run, echo):
    """A round expires a thousand conversations."""
    echo.database.query("SELECT broker.begin_conversation('ClientService', 'InferenceService', 'InferenceJobContract', lifetime => '1ms') "
                        "FROM generate_series(1, 600)")
    assert echo.database.value("SELECT count(*) FROM broker.conversation WHERE state = 'CONVERSING'") == 1200
    echo.database.query("UPDATE broker.queue SET status = 'OFF' WHERE name = %s", [QUEUE])
    daemon = run(worker={"maintenance": "1h"})
    wait_until(lambda: echo.database.value("SELECT count(*) FROM broker.conversation WHERE state = 'CONVERSING'") == 0, 20, "all are over")
    assert "1000 conversations expired" in daemon.log()


def test_space_of_consumed_messages_is_given_back_under_an_old_snapshot(run, echo):
    daemon = run(worker={"maintenance": "1s"})
    with echo.database.connect() as old:
        old.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        old.execute("SELECT 1")
        echo.database.query("INSERT INTO broker.message (id, conversation, conversation_group, queue_id, message_type, body) "
                            "SELECT -n, -n, -n, 99999, 'InferenceJobRequest', to_jsonb(repeat(md5(n::text), 60)) FROM generate_series(1, 40000) AS n")
        echo.database.query("DELETE FROM broker.message WHERE queue_id = 99999")
        assert echo.database.value("SELECT pg_total_relation_size('broker.message')") > 64 << 20
        wait_until(lambda: "bytes given back" in daemon.log(), 20, "it is given back")
        assert echo.database.value("SELECT pg_total_relation_size('broker.message')") < 1 << 20
    sent = echo.send("ok")
    wait_until(lambda: echo.effects() == sent, 10, "one effect")


def test_upkeep_that_may_not_be_done_is_said_once(run, echo):
    """As on a database whose rights were changed by hand."""
    echo.database.query("ALTER FUNCTION broker.maintain RENAME TO kept")
    echo.database.query("CREATE FUNCTION broker.maintain() RETURNS TABLE (task text, done bigint) LANGUAGE plpgsql AS "
                        "$$ BEGIN RAISE EXCEPTION 'permission denied for function maintain' USING ERRCODE = '42501'; END $$")
    daemon = run(worker={"maintenance": "1s"})
    complaint = "cannot look after the broker"
    wait_until(lambda: complaint in daemon.log(), 10, "the warning")

    def rounds():
        return echo.database.value("SELECT count(*) FROM test.round")

    echo.database.query("CREATE TABLE test.round ()")
    echo.database.query("ALTER FUNCTION broker.compact RENAME TO kept_too")
    echo.database.query("CREATE FUNCTION broker.compact(bigint DEFAULT 0, bigint DEFAULT 0) RETURNS text LANGUAGE sql AS 'INSERT INTO test.round DEFAULT VALUES RETURNING NULL::text'")
    wait_until(lambda: rounds() >= 2, 10, "two more rounds: the other task is done all the same")
    sent = echo.send("ok")
    wait_until(lambda: echo.effects() == sent, 10, "messages are handled")
    assert daemon.log().count(complaint) == 1
    echo.database.query("DROP FUNCTION broker.maintain")
    echo.database.query("ALTER FUNCTION broker.kept RENAME TO maintain")
    before = rounds()
    wait_until(lambda: rounds() > before + 1, 10, "more rounds")
    echo.database.query("ALTER FUNCTION broker.maintain RENAME TO kept")
    wait_until(lambda: daemon.log().count(complaint) == 2, 10, "it is said again when it was well in between")
    daemon.stop(5)


def test_upkeep_waits_for_nobody(run, echo):
    daemon = run(worker={"maintenance": "1s"})
    with echo.database.connect() as somebody:
        somebody.execute("BEGIN")
        somebody.execute("LOCK broker.retained_message IN ACCESS EXCLUSIVE MODE")
        wait_until(lambda: echo.database.value("SELECT count(*) FROM pg_locks WHERE NOT granted"), 10, "it wants that lock")
        sent = echo.send("ok")
        wait_until(lambda: echo.effects() == sent, 5, "a message is handled all the same")
        warned = wait_until(lambda: [line for line in daemon.log().splitlines() if "cannot look after the broker" in line], 20, "it is told")
        assert len(warned) == 1 and "lock timeout" in warned[0]


def test_deferred_messages_come_in_time(run, echo):
    daemon = run(worker={"poll": "1h", "maintenance": "1h"})
    wait_until(lambda: "Waiting for messages" in daemon.status, 10, "idle")
    wait_until(lambda: "Looked after" in daemon.log() or echo.database.value("SELECT count(*) FROM broker.queue_sample"), 10, "the first upkeep is over")
    for delay in (0.3, 1.5):
        begin = time.monotonic()
        count = len(echo.effects())
        echo.database.query("SELECT broker.send_one('ClientService', 'InferenceService', 'InferenceJobContract', 'InferenceJobRequest', "
                            """'{"Do": "ok"}', deliver_after => clock_timestamp() + make_interval(secs => %s))""", [delay])
        wait_until(lambda: len(echo.effects()) > count, 10, "the effect")
        assert delay <= time.monotonic() - begin < delay + 0.5


def test_a_timer_that_somebody_holds_up_does_not_make_the_daemon_busy(run, echo):
    """It is due, but a sender's transaction has its conversation."""
    daemon = run(worker={"poll": "1h", "maintenance": "1h"})
    near = echo.database.value("SELECT broker.begin_conversation('InferenceService', 'InferenceService', 'InferenceJobContract')")
    far = echo.database.value("SELECT far_handle FROM broker.conversation WHERE handle = %s", [near])
    with echo.database.connect() as sender, echo.database.connect() as watcher:
        sender.execute("BEGIN")
        sender.execute("""SELECT broker.send(%s, 'InferenceJobRequest', '{"Do": "ok"}')""", [near])
        watcher.execute("INSERT INTO broker.deferred_message (id, queue_id, due_at, conversation, conversation_group, priority, is_timer, message_type) "
                        "SELECT nextval('broker.handle'), broker.queue_number(%s), now(), %s, %s, 5, true, 'DialogTimer'", [QUEUE, far, far])
        watcher.execute("SELECT pg_notify(broker.channel(broker.queue_number(%s)), '')", [QUEUE])

        def transactions():
            return watcher.execute("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()").fetchone()[0]

        before = transactions()
        wait_until(lambda: transactions() > before + 50, 60, "it looks now and then", 0.2)
        begin, before = time.monotonic(), transactions()
        wait_until(lambda: transactions() > before + 200, 60, "it looks now and then", 0.2)
        assert (transactions() - before) / (time.monotonic() - begin) < 250  # four for each of forty looks a second, at most
        sender.execute("ROLLBACK")
        wait_until(lambda: watcher.execute("SELECT count(*) FROM broker.deferred_message").fetchone()[0] == 0, 10, "it is released")


# --- figures ---


def test_metrics_tell_of_the_queue(run, echo):
    daemon = run(ready=False)
    of_queue = f'{{queue="{QUEUE}"}}'
    letters = [("never", 3), ('a "quoted" \\ reason', 2)] + [(f"rare {n:02}", 1) for n in range(25)]
    for reason, count in letters:
        echo.database.query("INSERT INTO broker.dead_letter (conversation_handle, queue, message_type, enqueued_at, attempt_count, reason, metadata) "
                            "SELECT 1, %s, 'InferenceJobRequest', now(), 1, %s, '{}' FROM generate_series(1, %s)", [QUEUE, reason, count])
    daemon.wait_ready()
    echo.send("ok", "ok", "poison", "poison", "fail")
    echo.database.query("SELECT broker.send_one('ClientService', 'InferenceService', 'InferenceJobContract', 'InferenceJobRequest', '{}', "
                        "deliver_after => now() + '1 day')")
    wait_until(lambda: metric(daemon, "hartonomous_queue_consumed_total" + of_queue) == 2, 30, "what was consumed")
    values = {name: metric(daemon, f"hartonomous_{name}{of_queue}") for name in (
        "queue_depth", "queue_deferred", "queue_oldest_age_seconds", "queue_failed_total", "queue_rolled_back_total", "queue_buried_total", "dead_letters")}
    assert values == {"queue_depth": 0, "queue_deferred": 1, "queue_oldest_age_seconds": 0, "queue_failed_total": 5, "queue_rolled_back_total": 0,
                      "queue_buried_total": 3, "dead_letters": 33}

    def by_reason(reason):
        return metric(daemon, f'hartonomous_dead_letters_by_reason{{queue="{QUEUE}",reason="{reason}"}}')

    assert by_reason("never") == 3 and by_reason('a \\"quoted\\" \\\\ reason') == 2
    assert by_reason("told to be poison") == 2 and by_reason("Exceeded maximum delivery attempts of 3") == 1
    assert by_reason("rare 00") == 1 and by_reason("rare 24") is None
    text = daemon.get("/metrics")[1]
    assert text.count("hartonomous_dead_letters_by_reason{") == 21
    assert sum(float(row.rsplit(" ", 1)[1]) for row in text.splitlines() if row.startswith("hartonomous_dead_letters_by_reason{")) == 33
    assert metric(daemon, f'hartonomous_queue_readers{{queue="{QUEUE}",state="sleeping"}}') in (0, 1)
    names = [row.split()[2] for row in text.splitlines() if row.startswith("# TYPE ")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name, queue", [("ingestion", "IngestionQueue"), ("graph-sync", "Neo4jSyncQueue"), ("embedding", "EmbeddingQueue")])
def test_each_daemons_role_may_do_what_is_done_beside_the_messages(database, name, queue):
    folder = os.path.join(source_folder(), "src", "worker")
    statements = sorted(file for file in os.listdir(folder) if file.endswith(".sql"))
    assert len(statements) >= 5
    with database.connect(user="hartonomous-" + name) as connection:
        for file in statements:
            with open(os.path.join(folder, file), encoding="utf-8") as text:
                connection.execute(text.read().replace("$1", f"'{queue}'").replace("$2", "20"))


def test_metrics_of_a_waiting_queue(run, echo):
    """Figures are read before anything is taken, and not while a step is in hand."""
    echo.send("long", "ok", "ok")
    echo.database.query("UPDATE broker.message SET enqueued_at = now() - interval '1 hour' WHERE body ->> 'Do' = 'long'")
    working = run(worker={"batch_size": 1}, arguments=["--instance=2"])
    wait_until(lambda: "a long step" in working.status, 10, "it works on the first")
    echo.database.query("INSERT INTO broker.deferred_message (id, queue_id, due_at, conversation, conversation_group, priority, message_type) "
                        "SELECT -1, broker.queue_number(%s), now() + interval '1 day', -1, -1, 5, 'InferenceJobRequest'", [QUEUE])
    daemon = run()
    of_queue = f'{{queue="{QUEUE}"}}'
    wait_until(lambda: metric(daemon, "hartonomous_queue_deferred" + of_queue) == 1, 30, "the figures")
    assert metric(daemon, "hartonomous_queue_oldest_age_seconds" + of_queue) > 3500
    assert metric(daemon, "hartonomous_queue_depth" + of_queue) >= 1
    assert metric(daemon, f'hartonomous_queue_readers{{queue="{QUEUE}",state="active"}}') >= 1
    assert metric(daemon, "hartonomous_up") == 1 and daemon.get("/health")[0] == 200


@pytest.mark.parametrize("text, says", [
    ("[echo]\ngreting = x\n", "greting"),
    ("[wroker]\n", "wroker"),
    ("[worker]\nbatch_size = 0\n", "batch_size"),
    ("[worker]\nretry_base = 10s\nretry_max = 1s\n", "retry_max"),
    ("[echo]\ngreeting = unusable\n", "unusable"),
])
def test_wrong_settings_are_refused_before_anything(settings, text, says):
    settings.write_text("echo", text)
    for arguments in ([], ["--check-config"]):
        done = subprocess.run([program("hartonomous-echo"), "--config-dir", settings.folder, *arguments],
                              env=settings.environment("hartonomous"), capture_output=True, text=True, timeout=20)
        assert done.returncode == 78
        assert says in done.stderr and len(done.stderr.splitlines()) == 1


def test_every_event_in_the_sources_has_a_row():
    """A misspelt name would only lose its MESSAGE_ID, silently."""
    source = source_folder()
    used = set()
    for folder, _, names in os.walk(os.path.join(source, "src")):
        for name in names:
            if name.endswith(".c"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    used.update(re.findall(r'"EVENT=([a-z-]+)"', file.read()))
    with open(os.path.join(source, "src", "worker", "events.c"), encoding="utf-8") as file:
        rows = set(re.findall(r'\{"([a-z-]+)", "[0-9a-f]{32}"\}', file.read()))
    assert used == rows


def test_command_line(settings):
    settings.write("echo", {})
    command = [program("hartonomous-echo"), "--config-dir", settings.folder]

    def output(*arguments, status=0):
        done = subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=20)
        assert done.returncode == status
        return done.stdout + done.stderr

    assert output("--check-config") == "configuration is valid\n"
    assert "hartonomous-echo 0." in output("--version") and "libpq" in output("--version")
    assert "batch_size" in output("--help-settings") and "greeting" in output("--help-settings")
    assert "conninfo" in output("--help-settings=hartonomous")
    assert "--check-config" in output("--help")
    assert "--nonsense" in output("--nonsense", status=64)
