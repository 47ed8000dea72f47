"""What the broker tells: its views, what operators did (audit), dead letters by reason, keys of the entry points."""

import datetime

import pytest

from broker_session import JOB, QUEUE, Reader, begin, far_end, receive, receive_rows, refusal, roll_back_once, say, send, session, value
from waiting import wait_until

GRAPH = ("ClientService", "Neo4jSyncService", "Neo4jSyncContract", "AtomsCreated")


def fail(reader, n, reason=None):
    """Sends a message that is given up at once, with the handler's words or (None) after the queue's limit."""
    send(reader.connection, n, JOB if reader.name == QUEUE else GRAPH)
    for _ in range(1 if reason else 3):
        assert reader.take()[0][0] == n
        reader.connection.execute("ROLLBACK")
        gone = reader.settle(blamed=0, poison=bool(reason), text=reason or "away")
    assert gone is True


@pytest.fixture
def letters(session):
    """Dead letters 1 (bad), 2 (bad luck), 3 (limit) of InferenceQueue, 4 (bad) of Neo4jSyncQueue, by number of the letter."""
    jobs, graph = Reader(session()), Reader(session(), "Neo4jSyncQueue")
    jobs.name, graph.name = QUEUE, "Neo4jSyncQueue"
    fail(jobs, 1, "bad")
    fail(jobs, 2, "bad luck")
    fail(jobs, 3)
    fail(graph, 4, "bad")
    return dict(jobs.connection.execute("SELECT (body ->> 'n')::integer, dead_letter_id FROM broker.dead_letter").fetchall())


# Views ---------------------------------------------------------------------------------------------------------

def test_depth_and_age(session, database):
    connection, reader = session(), session()
    for n, priority in enumerate((5, 5, 9)):
        send(connection, n, priority=priority)
    send(connection, 3, deliver_after="infinity")
    send(connection, 4, priority=9, deliver_after="infinity")
    depth = "SELECT priority, depth, deferred FROM broker.queue_depth WHERE queue = %s ORDER BY priority"
    assert database.query(depth, (QUEUE,)) == [(5, 2, 1), (9, 1, 1)]
    with reader.transaction(force_rollback=True):
        receive(reader)
        assert database.query(depth, (QUEUE,)) == [(5, 2, 1), (9, 1, 1)]  # what is being handled counts
    database.query("UPDATE broker.message SET enqueued_at = now() - interval '1 hour' WHERE body @> '{\"n\": 1}'")
    database.query("UPDATE broker.message SET enqueued_at = now() - interval '2 hours' WHERE body @> '{\"n\": 0}'")
    oldest, age = database.query("SELECT oldest_enqueued_at, oldest_age FROM broker.queue_age WHERE queue = %s", (QUEUE,))[0]
    assert datetime.timedelta(hours=2) <= age < datetime.timedelta(hours=2, minutes=1)
    assert database.query("SELECT depth, deferred, oldest_enqueued_at, dead_letters FROM broker.queue_status WHERE queue = %s", (QUEUE,)) == \
        [(3, 2, oldest, 0)]
    assert database.query("SELECT DISTINCT oldest_enqueued_at, oldest_age FROM broker.queue_age WHERE queue <> %s", (QUEUE,)) == \
        [(None, datetime.timedelta(0))]


def test_readers_are_counted(session, database):
    working, sleeping, attached = session(), Reader(session()), Reader(session())
    send(working, 1)
    sleeping.connection.execute("SELECT broker.announce_sleep(%s)", (sleeping.queue,))
    readers = "SELECT readers_active, readers_sleeping FROM broker.queue_status WHERE queue = %s"
    with working.transaction():
        assert receive(working) == [1]
        assert database.query(readers, (QUEUE,)) == [(1, 1)]
        assert database.query(readers, ("ActQueue",)) == [(0, 0)]
    sleeping.connection.execute("SELECT broker.announce_work(%s)", (sleeping.queue,))
    assert database.query(readers, (QUEUE,)) == [(0, 0)]


def test_activity_is_counted_and_outlives_its_reader(session, database):
    activity = "SELECT consumed, failed, rolled_back, buried FROM broker.queue_activity WHERE queue = %s"
    plain, reader = session(), Reader(session())
    for n in range(4):
        send(plain, n)
    assert receive(plain, 2) == [0, 1]
    assert roll_back_once(plain, 2) == [2, 3]
    assert reader.take_counted(2) == [(2, 1)]
    reader.connection.execute("ROLLBACK")
    assert reader.settle(blamed=0) is False
    assert receive(plain, 1) == [2]
    assert reader.take() == [(3, 1)]
    reader.connection.execute("ROLLBACK")
    assert reader.settle(blamed=0, poison=True, text="bad") is True
    assert database.query(activity, (QUEUE,)) == [(3, 2, 2, 1)]
    assert database.query(activity, ("ActQueue",)) == [(0, 0, 0, 0)]
    gone = plain.info.backend_pid
    plain.close()
    wait_until(lambda: database.value("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", (gone,)) == 0, 10)
    database.query("SELECT * FROM broker.maintain()")
    assert database.value("SELECT count(*) FROM broker.reader_activity WHERE pid = %s", (gone,)) == 0
    assert database.query(activity, (QUEUE,)) == [(3, 2, 2, 1)]


def test_rates_come_from_samples(session, database):
    connection, reader = session(), Reader(session())
    rates = """SELECT minutes, consumed_per_second::float, sent_per_second::float, failed_per_second::float, buried_per_second::float
               FROM broker.queue_rates WHERE queue = %s ORDER BY minutes"""
    about = lambda messages, minutes: pytest.approx(messages / minutes / 60, rel=0.1)

    queues = database.value("SELECT count(*) FROM broker.queue")

    def sample(expected):
        """Every earlier sample becomes a minute older."""
        database.query("UPDATE broker.queue_sample SET sampled_at = sampled_at - interval '60 seconds'")
        done = dict(database.query("SELECT * FROM broker.maintain()"))
        assert done["queues sampled"] == expected

    sample(queues)
    assert dict(database.query("SELECT * FROM broker.maintain()"))["queues sampled"] == 0  # once a minute
    assert database.query(rates, (QUEUE,)) == []
    for n in range(30):
        send(connection, n)
    assert len(receive(connection, 12)) == 12
    assert reader.take(1) == [(12, 0)]
    reader.connection.execute("ROLLBACK")
    assert reader.settle(blamed=0, poison=True, text="bad") is True
    sample(queues)
    assert database.query(rates, (QUEUE,)) == [(minutes, about(12, 1), about(30, 1), about(1, 1), about(1, 1)) for minutes in (1, 5, 60)]
    assert len(receive(connection, 6)) == 6
    for _ in range(3):
        sample(queues)
    assert database.query(rates, (QUEUE,)) == [(1, 0, 0, 0, 0)] + [(minutes, about(18, 4), about(30, 4), about(1, 4), about(1, 4)) for minutes in (5, 60)]
    database.query("UPDATE broker.queue_sample SET sampled_at = sampled_at - interval '2 days'")
    sample(queues)
    assert database.value("SELECT count(*) FROM broker.queue_sample") == queues


def test_attempts_are_shown(session, database):
    connection, reader = session(), Reader(session())
    for n in range(3):
        send(connection, n)
    assert roll_back_once(connection, 2) == [0, 1]
    assert reader.take_counted(2) == [(0, 1)]
    reader.connection.execute("ROLLBACK")
    reader.settle(blamed=0)
    assert database.query("SELECT * FROM broker.queue_attempts ORDER BY attempts") == \
        [(QUEUE, "InferenceJobRequest", 1, 1, 1), (QUEUE, "InferenceJobRequest", 2, 1, 1)]


def test_conversations_are_shown(session, database):
    client = session()
    handle = begin(client, lifetime="1 hour", priority=8)
    other = begin(client, related_to=handle)
    far = far_end(client, handle)
    say(client, handle, 1)
    say(client, handle, 2)
    client.execute("SELECT broker.set_timer(%s, '10 min')", (handle,))
    client.execute("SELECT broker.end_conversation(%s, 5, 'over')", (other,))
    rows = database.query("""SELECT handle, far_handle, conversation_group, side, service, far_service, contract, priority, state, begun_by::text, waiting,
        expires_at - created_at = '1 hour', timer_at > now() FROM broker.conversation_status ORDER BY handle""")
    ends = ("ClientService", "InferenceService", JOB[2])
    assert rows == [(handle, far, handle, "initiator", *ends, 8, "CONVERSING", "hartonomous", 0, True, True),
                    (far, handle, far, "target", ends[1], ends[0], ends[2], 8, "CONVERSING", "hartonomous", 2, True, None),
                    (other + 1, other, other + 1, "target", ends[1], ends[0], ends[2], 5, "ERROR", "hartonomous", 1, None, None)]


# Dead letters and audit ----------------------------------------------------------------------------------------

def test_dead_letters_are_summed_up(letters, database):
    database.query("UPDATE broker.dead_letter SET reason = 'bad' WHERE reason = 'bad luck'")
    assert set(database.query("SELECT queue, reason, message_type, letters, first_at < last_at FROM broker.dead_letter_summary")) == \
        {(QUEUE, "bad", JOB[3], 2, True), (QUEUE, "Exceeded maximum delivery attempts of 3", JOB[3], 1, False),
         ("Neo4jSyncQueue", "bad", GRAPH[3], 1, False)}


CHOICES = [("", (1, 2, 3, 4)), ("'InferenceQueue'", (1, 2, 3)), ("reason => 'bad'", (1, 2, 4)), ("reason => 'bad luck'", (2,)),
           ("'InferenceQueue', 'bad'", (1, 2)), ("reason => 'Exceeded maximum'", (3,)), ("message_type => 'AtomsCreated'", (4,)),
           ("'ActQueue'", ()), ("reason => 'b_d'", ())]


@pytest.mark.parametrize("choice, chosen", CHOICES)
@pytest.mark.parametrize("verb", ["replay", "discard"])
def test_dead_letters_are_chosen_by_queue_reason_and_type(letters, session, database, verb, choice, chosen):
    connection = session()
    assert value(connection, f"SELECT broker.{verb}_dead_letters({choice})") == len(chosen)
    left = {row[0] for row in database.query("SELECT (body ->> 'n')::integer FROM broker.dead_letter")}
    assert left == {1, 2, 3, 4} - set(chosen)
    again = {row[0]: row[1] for row in database.query("SELECT (body ->> 'n')::integer, attempts FROM broker.message")}
    assert again == ({n: 0 for n in chosen} if verb == "replay" else {})
    audit = database.query("SELECT action, subject, queue, role, detail - 'conversation' FROM broker.audit ORDER BY subject")
    assert [row[:2] for row in audit] == [(verb, letters[n]) for n in chosen]
    for (_, _, queue, who, detail), n in zip(audit, chosen):
        assert queue == ("Neo4jSyncQueue" if n == 4 else QUEUE) and who == "hartonomous"
        assert detail.keys() == {"message_type", "reason"}


def test_letters_of_a_queue_that_is_gone_keep_nobody_from_the_others(letters, session, database):
    connection = session()
    database.query("UPDATE broker.dead_letter SET queue = 'OldQueue' WHERE reason = 'bad luck'")
    assert value(connection, "SELECT broker.replay_dead_letters()") == 3
    sqlstate, message, hint = refusal(connection, "SELECT broker.replay_dead_letter(%s)", (letters[2],))
    assert (sqlstate, message) == ("42704", "unknown queue 'OldQueue'") and hint
    assert value(connection, "SELECT broker.discard_dead_letters()") == 1


def test_a_replayed_letter_keeps_its_place_in_the_conversation_and_its_priority(session, database):
    client, reader = session(), Reader(session())
    handle = begin(client, priority=9)
    say(client, handle, 1)
    say(client, handle, 2)
    assert reader.take(1) == [(1, 0)]
    reader.connection.execute("ROLLBACK")
    reader.settle(blamed=0, poison=True, text="bad")
    letter, metadata = database.query("SELECT dead_letter_id, metadata FROM broker.dead_letter")[0]
    assert metadata["priority"] == 9 and metadata["role"] == "hartonomous" and metadata["conversation_group"] == far_end(client, handle)
    client.execute("SELECT broker.replay_dead_letter(%s)", (letter,))
    rows = receive_rows(client)
    far = far_end(client, handle)
    assert [(row["body"]["n"], row["conversation_handle"], row["priority"], row["attempts"]) for row in rows] == [(2, far, 9, 0), (1, far, 9, 0)]


def test_what_people_do_is_audited(session, database, cluster):
    person = session(application_name="psql of Ada")
    handle = begin(person)
    person.execute("SELECT broker.disable_queue(%s)", (QUEUE,))
    person.execute("SELECT broker.disable_queue(%s)", (QUEUE,))
    person.execute("SELECT broker.enable_queue(%s)", (QUEUE,))
    person.execute("SELECT broker.enable_queue(%s)", (QUEUE,))
    assert value(person, "SELECT broker.close_conversation(%s, 4, 'why')", (handle,)) is True
    assert value(person, "SELECT broker.close_conversation(%s)", (handle,)) is False
    with person.transaction(force_rollback=True):
        person.execute("SELECT broker.purge_queue(%s)", (QUEUE,))
    rows = database.query("SELECT action, queue, subject, role, application FROM broker.audit ORDER BY audit_id")
    who = ("hartonomous", "psql of Ada")
    assert rows == [("disable", QUEUE, None, *who), ("enable", QUEUE, None, *who), ("end", "ClientQueue", handle, *who)]
    assert [(row["message_type"], row["body"]) for row in receive_rows(person)] == [("Error", {"Code": 4, "Description": "why"})]
    assert refusal(session(user="hartonomous-ingestion"), "SELECT broker.close_conversation(%s)", (handle,))[0] == "42501"


# The entry points ----------------------------------------------------------------------------------------------

def test_the_entry_points_know_idempotency_keys(session, database):
    connection = session()
    ask = "SELECT hartonomous.enqueue_ingestion(filename => %s, filedata => %s, tenantid => 1, sourceuri => NULL, idempotencykey => 'i')"
    first = value(connection, ask, ("a.txt", b"hello"))
    assert value(connection, ask, ("a.txt", b"hello")) == first
    assert database.value("SELECT count(*) FROM hartonomous.source") == 1
    for changed in (("b.txt", b"hello"), ("a.txt", b"other")):
        sqlstate, message, _ = refusal(connection, ask, changed)
        assert sqlstate == "22023" and "was used for another request" in message
    assert database.value("SELECT count(*) FROM hartonomous.source") == 1
    sync = "SELECT hartonomous.enqueue_neo4j_sync('Atom', %s, 'CREATE', 'n')"
    first = value(connection, sync, (1,))
    assert value(connection, sync, (1,)) == first
    assert refusal(connection, sync, (2,))[0] == "22023"
    assert database.query("SELECT count(*) FROM broker.message GROUP BY queue_id") == [(1,), (1,)]
