"""The broker as any SQL client sees it: sending, receiving, conversations, dead letters, rights."""

import json
import os
import re
import subprocess

import psycopg
import pytest

from broker_session import JOB, QUEUE, RECEIVE, SEND, Background, receive, send, session


def test_send_and_receive_belong_to_the_transaction(session):
    sender, reader = session(), session()
    with sender.transaction(force_rollback=True):
        send(sender, 1)
    assert receive(reader) == []
    with sender.transaction():
        send(sender, 2)
        assert receive(reader) == []
    with reader.transaction(force_rollback=True):
        assert receive(reader) == [2]
    assert receive(reader) == [2]
    assert receive(reader) == []


def test_every_rollback_is_an_attempt_and_the_limit_is_exact(session, database):
    reader = session()
    assert receive(reader) == []  # notes when the server started
    handle = send(reader, 1)
    for attempt in range(5):
        with reader.transaction(force_rollback=True):
            row = reader.execute(RECEIVE, (QUEUE, 1)).fetchone()
            assert (row[0], row[3]) == (handle, attempt)
        assert database.value("SELECT count(*) FROM broker.dead_letter") == 0
        assert reader.execute(RECEIVE, (QUEUE, 1)).fetchall() == []  # counts
    assert database.query("SELECT conversation_handle, queue, message_type, body, attempt_count, reason FROM broker.dead_letter") == \
        [(handle, QUEUE, "InferenceJobRequest", {"n": 1}, 5, "Exceeded maximum delivery attempts of 5")]
    assert database.value("SELECT count(*) FROM broker.message") == 0


def test_order_holds_inside_a_conversation_between_readers(session):
    sender, first, second = session(), session(), session()
    handle = sender.execute("SELECT broker.begin_conversation(%s, %s, %s)", JOB[:3]).fetchone()[0]
    for n in range(4):
        sender.execute("SELECT broker.send(%s, 'InferenceJobRequest', %s::jsonb)", (handle, json.dumps({"n": n})))
    with first.transaction():
        assert receive(first, 2) == [0, 1]
        assert receive(second) == []
    assert receive(second) == [2, 3]


def test_two_senders_to_one_conversation_keep_the_order_of_commits(session, database):
    one, two, reader = session(), session(), session()
    handle = one.execute("SELECT broker.begin_conversation(%s, %s, %s)", JOB[:3]).fetchone()[0]
    say = "SELECT broker.send(%s, 'InferenceJobRequest', %s::jsonb)"
    with one.transaction():
        one.execute(say, (handle, '{"n": 1}'))
        sending = Background(database, two, say, (handle, '{"n": 2}')).until_it_waits()  # or a later commit could get the smaller id
    sending.result()
    assert receive(reader) == [1, 2]


def test_request_and_reply_and_an_end_with_an_error(session, database):
    client, service = session(), session()
    handle = client.execute("SELECT broker.begin_conversation(%s, %s, %s)", JOB[:3]).fetchone()[0]
    client.execute("SELECT broker.send(%s, 'InferenceJobRequest', '{}')", (handle,))
    with service.transaction():
        far, kind = service.execute(RECEIVE, (QUEUE, 1)).fetchone()[:2]
        assert kind == "InferenceJobRequest" and far != handle
        service.execute("SELECT broker.send(%s, 'InferenceJobResponse', '{\"answer\": 42}')", (far,))
        assert service.execute("SELECT broker.end_conversation(%s, 7, 'no more')", (far,)).fetchone() == (True,)
    rows = client.execute(RECEIVE, ("ClientQueue", 10)).fetchall()
    assert [row[:3] for row in rows] == [(handle, "InferenceJobResponse", {"answer": 42}),
                                         (handle, "Error", {"Code": 7, "Description": "no more"})]
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
        client.execute("SELECT broker.send(%s, 'InferenceJobRequest', '{}')", (handle,))
    assert client.execute("SELECT broker.end_conversation(%s)", (handle,)).fetchone() == (True,)
    assert client.execute("SELECT broker.end_conversation(%s)", (handle,)).fetchone() == (False,)
    assert database.value("SELECT count(*) FROM broker.conversation") == 0
    assert database.value("SELECT count(*) FROM broker.message") == 0


def test_an_end_drops_what_still_waits_and_tells_the_other_side(session):
    client, service = session(), session()
    handle = client.execute("SELECT broker.begin_conversation(%s, %s, %s)", JOB[:3]).fetchone()[0]
    client.execute("SELECT broker.send(%s, 'InferenceJobRequest', '{}')", (handle,))
    client.execute("SELECT broker.end_conversation(%s)", (handle,))
    rows = service.execute(RECEIVE, (QUEUE, 10)).fetchall()
    assert [row[1] for row in rows] == ["InferenceJobRequest", "EndDialog"]
    assert service.execute("SELECT broker.end_conversation(%s)", (rows[0][0],)).fetchone() == (True,)
    assert client.execute(RECEIVE, ("ClientQueue", 10)).fetchall() == []


REFUSALS = [
    ("unknown sender", ("Nobody", *JOB[1:]), "{}", "42704", "Nobody"),
    ("unknown contract", (*JOB[:2], "NoContract", JOB[3]), "{}", "42704", "NoContract"),
    ("contract not accepted", (*JOB[:2], "IngestionContract", "IngestionRequest"), "{}", "22023", "InferenceJobContract"),
    ("unknown type", (*JOB[:3], "NoType"), "{}", "42704", "NoType"),
    ("type not in contract", (*JOB[:3], "AtomsCreated"), "{}", "22023", "InferenceJobRequest"),
    ("wrong direction", (*JOB[:3], "InferenceJobResponse"), "{}", "22023", "InferenceJobRequest"),
    ("end without a conversation", (*JOB[:3], "EndDialog"), "{}", "22023", "InferenceJobRequest"),
    ("too large", JOB, json.dumps("x" * 511_999), "54000", "512000"),
    ("no service", ("ClientService", "", *JOB[2:]), "{}", "42704", "''"),
    ("null service", ("ClientService", None, *JOB[2:]), "{}", "42704", "NULL"),
    ("null type", (*JOB[:3], None), "{}", "42704", "NULL"),
]


@pytest.mark.parametrize("route, body, sqlstate, word", [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS])
def test_refusals_say_what_is_wrong_and_what_to_do(session, database, route, body, sqlstate, word):
    connection = session()
    for statement, value in ((SEND, body), ("SELECT broker.send_many(%s, %s, %s, %s, ARRAY['{}', %s]::jsonb[])", body)):
        with pytest.raises(psycopg.Error) as caught:
            connection.execute(statement, (*route, value))
        assert caught.value.sqlstate == sqlstate
        assert caught.value.diag.message_hint
        assert word in f"{caught.value.diag.message_primary} {caught.value.diag.message_hint}"
    assert database.value("SELECT count(*) FROM broker.message") == 0


def test_the_largest_body_and_every_plane_arrive_unharmed(session):
    connection = session()
    planes = "".join(chr(plane * 0x10000 + 0x21) for plane in range(17))
    for body in ("x" * 511_998, planes, "", None, [1, {"a": None}]):
        connection.execute(SEND, (*JOB, json.dumps(body)))
        assert connection.execute(RECEIVE, (QUEUE, 1)).fetchone()[2] == body


def test_receiving_refuses_other_isolation_levels_unknown_queues_and_queues_that_are_off(session, database):
    connection = session()
    for level in ("REPEATABLE READ", "SERIALIZABLE"):
        connection.execute(f"BEGIN ISOLATION LEVEL {level}")
        with pytest.raises(psycopg.Error, match="READ COMMITTED") as caught:
            connection.execute(RECEIVE, (QUEUE, 1))
        assert caught.value.sqlstate == "25000"
        connection.execute("ROLLBACK")
    with pytest.raises(psycopg.errors.UndefinedObject, match="NoQueue"):
        connection.execute(RECEIVE, ("NoQueue", 1))
    send(connection, 1)
    database.query("UPDATE broker.queue SET status = 'OFF' WHERE name = %s", (QUEUE,))
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="is off"):
        connection.execute(RECEIVE, (QUEUE, 1))
    database.query("UPDATE broker.queue SET status = 'ON' WHERE name = %s", (QUEUE,))
    assert receive(connection) == [1]


def bury(connection, n):
    """A dead letter, by way of five rollbacks."""
    assert receive(connection) == []
    send(connection, n)
    for _ in range(5):
        with connection.transaction(force_rollback=True):
            connection.execute(RECEIVE, (QUEUE, 1))
        connection.execute(RECEIVE, (QUEUE, 1))
    return connection.execute("SELECT max(dead_letter_id) FROM broker.dead_letter").fetchone()[0]


def test_dead_letters_are_replayed_once_or_discarded(session, database):
    connection = session()
    replayed, discarded = bury(connection, 1), bury(connection, 2)
    assert database.value("SELECT dead_letters FROM broker.queue_status WHERE queue = %s", (QUEUE,)) == 2
    connection.execute("SELECT broker.replay_dead_letter(%s)", (replayed,))
    connection.execute("SELECT broker.discard_dead_letter(%s)", (discarded,))
    row = connection.execute(RECEIVE, (QUEUE, 10)).fetchall()
    assert [(one[2], one[3]) for one in row] == [({"n": 1}, 0)]
    for function in ("replay_dead_letter", "discard_dead_letter"):
        with pytest.raises(psycopg.errors.UndefinedObject):
            connection.execute(f"SELECT broker.{function}(%s)", (replayed,))


@pytest.mark.parametrize("body, tenant", [({"TenantId": 5}, 5), ({"TenantId": "5"}, None), ({"TenantId": 1e30}, None), ([5], None)])
def test_a_dead_letter_knows_its_tenant(session, database, body, tenant):
    connection = session()
    database.query("UPDATE broker.queue SET max_rollbacks = 1")
    assert receive(connection) == []
    connection.execute(SEND, (*JOB, json.dumps(body)))
    with connection.transaction(force_rollback=True):
        connection.execute(RECEIVE, (QUEUE, 1))
    connection.execute(RECEIVE, (QUEUE, 1))
    assert database.value("SELECT tenant_id FROM broker.dead_letter") == tenant


def test_depth_age_and_readers_are_seen(session, database):
    reader = session()
    for n in range(3):
        send(reader, n)
    with reader.transaction(force_rollback=True):
        receive(reader, 2)
        depth, age, active = database.query(
            "SELECT depth, extract(epoch FROM oldest_age), readers_active FROM broker.queue_status WHERE queue = %s", (QUEUE,))[0]
    assert (depth, active) == (3, 1) and 0 <= age < 60
    assert database.value("SELECT count(*) FILTER (WHERE depth <> 0) FROM broker.queue_status") == 1


@pytest.mark.parametrize("mode", ["fast", "immediate", "kill -9"])
def test_a_server_that_stops_costs_no_attempt(session, database, cluster, mode):
    reader = session()
    send(reader, 1)
    reader.execute("BEGIN")
    assert receive(reader) == [1]
    if mode == "kill -9":
        cluster.kill9()
        cluster.start()
    else:
        cluster.restart(mode)
    with database.connect() as again:
        # Where the delivery reached the disk, the first receive only looks into how it ended.
        row = again.execute(RECEIVE, (QUEUE, 1)).fetchone() or again.execute(RECEIVE, (QUEUE, 1)).fetchone()
        assert (row[2], row[3]) == ({"n": 1}, 0)


ROLES = [
    ("hartonomous-ingestion", {"IngestionQueue"}),
    ("hartonomous-graph-sync", {"Neo4jSyncQueue"}),
    ("hartonomous-embedding", {"EmbeddingQueue", "EmbeddingTextQueue"}),
]


@pytest.mark.parametrize("role, own", ROLES)
def test_a_daemon_receives_from_its_own_queues_only(session, database, role, own):
    connection = session(user=role)
    for (queue,) in database.query("SELECT name FROM broker.queue"):
        if queue in own:
            assert connection.execute(RECEIVE, (queue, 1)).fetchall() == []
            continue
        for statement in ("SELECT * FROM broker.receive(%s, 1)", "SELECT broker.attach(%s)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement, (queue,))
    assert connection.execute("SELECT DISTINCT depth, dead_letters FROM broker.queue_status").fetchall() == [(0, 0)]
    for statement in ("DELETE FROM broker.message", "SELECT body FROM broker.message", "SELECT body FROM broker.deferred_message",
                      "SELECT body FROM broker.dead_letter", "UPDATE broker.queue SET max_attempts = 9",
                      "INSERT INTO broker.queue_reader VALUES (1, 'postgres')", "SELECT broker.bury(1, '{1}', '', '', '')",
                      "SELECT broker.replay_dead_letter(1)", "DELETE FROM hartonomous.atom", "UPDATE hartonomous.atom SET size = 0"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


def test_an_operator_reads_all_and_writes_by_functions_only(session, database, cluster):
    cluster.psql("DO $$ BEGIN IF to_regrole('operator_of_tests') IS NULL THEN CREATE ROLE operator_of_tests LOGIN; END IF; END $$;"
                 "GRANT hartonomous_operator TO operator_of_tests")
    person = session(user="operator_of_tests")
    tables = database.query("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname IN ('broker', 'hartonomous')"
                            " UNION SELECT format('%I.%I', schemaname, viewname) FROM pg_views WHERE schemaname IN ('broker', 'hartonomous')")
    assert len(tables) > 15
    for (table,) in tables:
        person.execute(f"SELECT * FROM {table} LIMIT 1")
        with pytest.raises(psycopg.Error):
            person.execute(f"DELETE FROM {table}")
    assert person.execute("SELECT hartonomous.enqueue_ingestion('a.txt', 'hello', 1)").fetchone()[0] > 0
    assert person.execute("SELECT hartonomous.enqueue_neo4j_sync('Atom', 1)").fetchone()[0] > 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        person.execute("SELECT * FROM broker.receive('IngestionQueue', 1)")


def test_the_manual_s_quick_start_runs_as_it_is_written(database):
    with open(os.path.join(os.path.dirname(__file__), "..", "..", "docs", "broker.md"), encoding="utf-8") as manual:
        steps = re.search(r"## Quick start.*?```sql\n(.*?)```", manual.read(), re.DOTALL).group(1)
    done = subprocess.run(["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", database.conninfo()], input=steps,
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "Receipt|{\"Paid\": true}\nEndDialog|\n" in done.stdout
    assert "deliveries that ended without a word were counted" in done.stderr and "ERROR" not in done.stderr


def test_everything_has_a_comment(database):
    missing = database.query("""
        SELECT format('%s.%s', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('broker', 'hartonomous') AND c.relkind IN ('r', 'v') AND obj_description(c.oid, 'pg_class') IS NULL
        UNION ALL
        SELECT format('%s.%s', a.attrelid::regclass, a.attname) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
          JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('broker', 'hartonomous') AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
          AND col_description(c.oid, a.attnum) IS NULL
        UNION ALL
        SELECT format('sequence %s', c.oid::regclass) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('broker', 'hartonomous') AND c.relkind = 'S' AND obj_description(c.oid, 'pg_class') IS NULL
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'i')
        UNION ALL
        SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname IN ('broker', 'hartonomous') AND obj_description(p.oid, 'pg_proc') IS NULL""")
    assert missing == []


def test_staging_refuses_gaps_wrong_sizes_and_strange_hashes(session):
    connection = session()
    digest = "sha256('ab'::bytea)"

    def begin(*chunks):
        source = connection.execute("SELECT hartonomous.stage_begin(1, 'x')").fetchone()[0]
        for index, data in chunks:
            connection.execute("SELECT hartonomous.stage_chunk(1, %s, %s, 'plain', %s, %s)", (source, index, len(data), data))
        return source

    for chunks, size, hashed in (([(0, b"a"), (2, b"b")], 2, digest), ([(0, b"ab")], 3, digest), ([(0, b"ab")], 2, "NULL"),
                                 ([(0, b"ab")], 2, "'x'"), ([(0, b"ab")], "NULL", digest)):
        with pytest.raises(psycopg.errors.InvalidParameterValue):
            connection.execute(f"SELECT hartonomous.stage_commit(1, {begin(*chunks)}, {size}, {hashed})")
    source = begin((0, b"a"), (1, b"b"))
    connection.execute(f"SELECT hartonomous.stage_commit(1, {source}, 2, {digest})")
    for statement in (f"SELECT hartonomous.stage_commit(1, {source}, 2, {digest})",
                      f"SELECT hartonomous.stage_chunk(1, {source}, 2, 'plain', 1, 'c')"):
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
            connection.execute(statement)


def test_a_failed_source_is_not_unchanged(session, database):
    connection = session()
    assert receive(connection) == []
    find = "SELECT hartonomous.find_unchanged(1, 'file:///x', sha256('ab'))"
    connection.execute("SELECT hartonomous.enqueue_ingestion('x', 'ab', 1, 'file:///x')")
    source = connection.execute(find).fetchone()[0]
    assert source is not None
    database.query("UPDATE broker.queue SET max_rollbacks = 1")
    with connection.transaction(force_rollback=True):
        connection.execute(RECEIVE, ("IngestionQueue", 1))
    connection.execute(RECEIVE, ("IngestionQueue", 1))
    state, failure = database.query("SELECT state, failure FROM hartonomous.source_status WHERE source_id = %s", (source,))[0]
    assert state == "failed" and failure.startswith("Exceeded maximum delivery attempts of 1: ")
    assert connection.execute(find).fetchone()[0] is None
