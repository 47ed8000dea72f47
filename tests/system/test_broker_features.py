"""What the broker promises beside sending and receiving: priorities, deferred messages and timers, lifetimes, the transmission
queue, retention, groups, receiving from one conversation, waiting, purging, peeking."""

import json
import time

from broker_session import (JOB, QUEUE, RECEIVE, SEND, Background, Reader, begin, far_end, notices_of, receive, receive_rows, refusal,
                            roll_back_once, say, send, session, value)
from waiting import wait_until

NEW = ("ClientService", "NewService", *JOB[2:])
CREATE = f"SELECT broker.create_service('NewService', '{QUEUE}', ARRAY['{JOB[2]}'])"


def maintain(database):
    """What broker.maintain did: {task: number}."""
    return dict(database.query("SELECT * FROM broker.maintain()"))


# Priorities ----------------------------------------------------------------------------------------------------

def test_the_more_urgent_comes_first(session, database):
    connection = session()
    for n, priority in enumerate((5, 1, 10, 7, 5)):
        send(connection, n, priority=priority)
    connection.execute("SELECT broker.send_many(%s, %s, %s, %s, ARRAY['{\"n\": 5}', '{\"n\": 6}']::jsonb[], priority => 8)", JOB)
    assert database.value("SELECT priorities FROM broker.queue WHERE name = %s", (QUEUE,)) == [10, 8, 7, 5, 1]
    rows = receive_rows(connection, 10)
    assert [(row["body"]["n"], row["priority"]) for row in rows] == [(2, 10), (5, 8), (6, 8), (3, 7), (0, 5), (4, 5), (1, 1)]


def test_nobody_starves(session):
    """One look of ten begins with the least urgent, so that 200 looks without it have a probability of 7e-10."""
    connection = session()
    send(connection, 0, priority=1)

    def is_received():
        for _ in range(2):
            send(connection, 1, priority=10)
        return receive(connection, 1) == [0]

    assert any(is_received() for _ in range(200))
    connection.execute("SELECT broker.purge_queue(%s)", (QUEUE,))
    for n in range(40):  # and urgent ones do come first as a rule
        send(connection, 1, priority=10)
        send(connection, 0, priority=1)
    assert sum(receive(connection, 1)[0] for _ in range(40)) > 20


def test_order_inside_a_conversation_is_kept_among_priorities(session):
    client, service = session(), session()
    calm, urgent = begin(client, priority=2), begin(client, priority=9)
    for n in range(20):
        say(client, calm, n)
        say(client, urgent, 100 + n)
        say(client, far_end(client, calm), 200 + n, "InferenceJobResponse")
    numbers = []
    while got := receive(service, 3):
        numbers += got
    assert [n for n in numbers if n < 100] == list(range(20))
    assert [n for n in numbers if n >= 100] == list(range(100, 120))
    assert receive(client, 100, "ClientQueue") == list(range(200, 220))


def test_a_priority_that_was_never_used_is_seen_by_a_reader_that_runs(session):
    reader, sender = Reader(session()), session()
    send(sender, 1)
    assert reader.take() == [(1, 0)]
    reader.commit()
    for n, priority in ((2, 10), (3, 1)):
        send(sender, n, priority=priority)
        assert reader.take() == [(n, 0)]
        reader.commit()


# Later ---------------------------------------------------------------------------------------------------------

def soon(connection, milliseconds=400):
    return value(connection, "SELECT clock_timestamp() + %s * interval '1 ms'", (milliseconds,))


def test_a_deferred_message_comes_when_it_is_due_and_not_before(session, database):
    connection = session()
    due = soon(connection)
    handle = begin(connection)
    deferred = send(connection, 1, deliver_after=due, priority=9)
    say(connection, handle, 2, deliver_after=due)
    connection.execute("SELECT broker.send_many(%s, %s, %s, %s, ARRAY['{\"n\": 3}']::jsonb[], deliver_after => %s)", (*JOB, due))
    say(connection, handle, 4)
    send(connection, 5, deliver_after=value(connection, "SELECT now()"))
    assert database.value("SELECT sum(deferred) FROM broker.queue_depth WHERE queue = %s", (QUEUE,)) == 3
    assert receive(connection) == [4, 5]
    assert receive(connection) == [] and value(connection, "SELECT clock_timestamp() < %s", (due,))
    rows = []
    wait_until(lambda: rows.extend(receive_rows(connection)) or len(rows) == 3, 10)
    assert value(connection, "SELECT clock_timestamp() >= %s", (due,))
    assert sorted(row["body"]["n"] for row in rows) == [1, 2, 3]
    assert {row["body"]["n"]: row["conversation_handle"] for row in rows} == \
        {1: deferred, 2: far_end(connection, handle), 3: next(row["conversation_handle"] for row in rows if row["body"]["n"] == 3)}
    assert {row["body"]["n"]: row["priority"] for row in rows} == {1: 9, 2: 5, 3: 5}


def test_a_deferred_message_survives_the_rollback_of_its_delivery(session, database):
    connection = session()
    assert receive(connection) == []
    send(connection, 1, deliver_after=soon(connection, 50))
    wait_until(lambda: roll_back_once(connection) == [1], 10)
    assert [(row["body"]["n"], row["attempts"]) for row in receive_rows(connection)] == [(1, 1)]


def test_receive_says_that_deferred_messages_have_become_due(session):
    connection = session()
    send(connection, 1, deliver_after=soon(connection, 200))
    rows, said = wait_until(lambda: (found := notices_of(connection, lambda: connection.execute(RECEIVE, (QUEUE, 1)).fetchall()))[1] and found, 10)
    assert (rows, said) == ([], ["deferred messages have become due: COMMIT and receive again"])
    assert connection.execute(RECEIVE, (QUEUE, 1)).fetchall()[0][2] == {"n": 1}


def test_a_waiting_reader_is_told_when_the_next_is_due_and_of_an_earlier_one(session):
    reader, sender = Reader(session()), session()

    def until_due():
        row = reader.connection.execute("SELECT id, enqueued_at FROM broker.next_delivery(%s, 1, %s)", (reader.queue, [0] * 10)).fetchone()
        assert row[0] == -3
        return row[1]

    assert until_due() is None
    send(sender, 1, deliver_after="infinity")
    assert 3_600_000_000 < until_due()
    send(sender, 2, deliver_after=soon(sender, 60_000))
    assert 30_000_000 < until_due() <= 60_000_000


def test_a_timer_fires_once_is_replaced_and_taken_back(session, database):
    client = session()
    one, two, three = (begin(client) for _ in range(3))
    for handle in (one, two, three):
        client.execute("SELECT broker.set_timer(%s, '1 hour')", (handle,))
    client.execute("SELECT broker.set_timer(%s, '50 ms')", (one,))
    client.execute("SELECT broker.set_timer(%s, NULL)", (two,))
    assert database.query("SELECT handle FROM broker.conversation_status WHERE timer_at > now() + interval '50 min'") == [(three,)]
    rows = wait_until(lambda: receive_rows(client, queue="ClientQueue"), 10)
    assert [(row["conversation_handle"], row["message_type"], row["body"]) for row in rows] == [(one, "DialogTimer", None)]
    assert database.value("SELECT count(*) FROM broker.deferred_message") == 1
    assert refusal(client, "SELECT broker.set_timer(%s, '-1 s')", (one,))[0] == "22023"
    client.execute("SELECT broker.end_conversation(%s)", (three,))
    assert database.value("SELECT count(*) FROM broker.deferred_message") == 0


# Lifetimes -----------------------------------------------------------------------------------------------------

def test_a_lifetime_ends_in_an_error_for_both(session, database):
    client, service = session(), session()
    handle = begin(client, lifetime="200 ms")
    far = far_end(client, handle)
    say(client, handle, 1)
    wait_until(lambda: value(client, "SELECT expires_at < clock_timestamp() FROM broker.conversation WHERE handle = %s", (handle,)), 10)
    for end, kind in ((handle, JOB[3]), (far, "InferenceJobResponse")):
        sqlstate, message, hint = refusal(client, "SELECT broker.send(%s, %s)", (end, kind))
        assert sqlstate == "55000" and "lifetime" in message and hint
    assert maintain(database)["conversations expired"] == 2
    assert maintain(database)["conversations expired"] == 0
    body = {"Code": -8489, "Description": "The lifetime of the conversation is over."}
    assert [(row["message_type"], row["body"]) for row in receive_rows(service)] == [(JOB[3], {"n": 1}), ("Error", body)]
    assert [(row["message_type"], row["body"]) for row in receive_rows(client, queue="ClientQueue")] == [("Error", body)]
    assert refusal(client, "SELECT broker.send(%s, %s)", (handle, JOB[3]))[0] == "55000"
    assert database.query("SELECT DISTINCT state FROM broker.conversation_status") == [("ERROR",)]
    for end in (handle, far):
        assert value(client, "SELECT broker.end_conversation(%s)", (end,)) is True
    assert database.value("SELECT count(*) FROM broker.conversation") == 0


def test_a_conversation_to_which_somebody_sends_expires_next_time(session, database):
    client = session()
    handle = begin(client, lifetime="1 hour")
    with client.transaction():
        say(client, handle, 1)
        database.query("UPDATE broker.conversation SET expires_at = now()")
        assert maintain(database)["conversations expired"] == 1  # the other end: nobody sends to it
    assert maintain(database)["conversations expired"] == 1
    assert receive(client) == [1, "Error"]


# The transmission queue ----------------------------------------------------------------------------------------

def test_messages_wait_for_their_service(session, database):
    connection = session()
    handle, said = notices_of(connection, lambda: send(connection, 1, NEW, priority=7))
    assert said == ["service NewService does not exist: the message waits for it in broker.transmission_queue"]
    talk = begin(connection, NEW)
    for n in (2, 3, 4):
        say(connection, talk, n)
    connection.execute("SELECT broker.send_many(%s, %s, %s, %s, ARRAY['{\"n\": 5}', '{\"n\": 6}']::jsonb[])", NEW)
    send(connection, 7, NEW, deliver_after=soon(connection, 60_000))
    key = send(connection, 8, NEW, idempotency_key="k")
    assert send(connection, 8, NEW, idempotency_key="k") == key
    rows = database.query("SELECT conversation_handle, to_service, body, status FROM broker.transmission_queue ORDER BY message_id")
    assert [row[2]["n"] for row in rows] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert rows[0][0] == handle and {row[1:4:2] for row in rows} == {("NewService", "service NewService does not exist")}
    database.query(CREATE)
    assert database.value("SELECT count(*) FROM broker.transmission_queue") == 0
    rows = receive_rows(connection)
    assert [row["body"]["n"] for row in rows] == [1, 2, 3, 4, 5, 6, 8]
    assert (rows[0]["conversation_handle"], rows[0]["priority"]) == (handle, 7)
    assert {row["conversation_handle"] for row in rows[1:4]} == {far_end(connection, talk)}
    assert database.value("SELECT count(*) FROM broker.deferred_message") == 1
    say(connection, rows[1]["conversation_handle"], 9, "InferenceJobResponse")
    assert receive(connection, queue="ClientQueue") == [9]


def test_what_is_sent_to_no_service_is_checked_all_the_same(session, database):
    connection = session()
    for route, sqlstate in (((*NEW[:2], "NoContract", NEW[3]), "42704"), ((*NEW[:3], "NoType"), "42704"), ((*NEW[:3], "InferenceJobResponse"), "22023"),
                            (("Nobody", *NEW[1:]), "42704")):
        assert refusal(connection, SEND, (*route, "{}"))[0] == sqlstate
    assert refusal(connection, SEND.replace("%s::jsonb", "%s::jsonb, 99"), (*NEW, "{}"))[0] == "22023"
    assert refusal(connection, SEND, (*NEW, json.dumps("x" * 512_000)))[0] == "54000"


def test_a_service_that_does_not_accept_the_contract_gets_nothing(session, database):
    connection = session()
    send(connection, 1, NEW)
    database.query(f"SELECT broker.create_service('NewService', '{QUEUE}')")
    assert database.query("SELECT status FROM broker.transmission_queue") == [("service NewService does not accept contract InferenceJobContract",)]
    assert receive(connection) == []
    sqlstate, _, hint = refusal(connection, SEND, (*NEW, "{}"))
    assert (sqlstate, hint) == ("22023", "It accepts none.")
    database.query("INSERT INTO broker.service_contract VALUES ('NewService', 'InferenceJobContract')")
    assert receive(connection) == [1]


def test_an_end_takes_back_what_was_not_delivered_yet(session, database):
    connection = session()
    handle = begin(connection, NEW)
    say(connection, handle, 1)
    connection.execute("SELECT broker.end_conversation(%s, cleanup => true)", (handle,))
    assert database.value("SELECT count(*) FROM broker.transmission_queue") == 0
    handle = begin(connection, NEW)
    say(connection, handle, 2)
    connection.execute("SELECT broker.end_conversation(%s)", (handle,))
    database.query(CREATE)
    assert receive(connection) == [2, "EndDialog"]


def test_what_a_queue_that_is_off_keeps_back_is_shown(session, database):
    connection = session()
    handle = begin(connection)
    say(connection, handle, 1)
    database.query("SELECT broker.disable_queue(%s)", (QUEUE,))
    send(connection, 2)
    assert database.query("SELECT conversation_handle, from_service, to_service, body, status FROM broker.transmission_queue ORDER BY message_id") == \
        [(far_end(connection, handle), "ClientService", "InferenceService", {"n": 1}, "queue InferenceQueue is off"),
         (database.value("SELECT max(id) FROM broker.message"), None, None, {"n": 2}, "queue InferenceQueue is off")]
    database.query("SELECT broker.enable_queue(%s)", (QUEUE,))
    assert receive(connection) == [1, 2]
    assert database.value("SELECT count(*) FROM broker.transmission_queue") == 0


# Retention -----------------------------------------------------------------------------------------------------

def test_consumed_messages_are_kept_for_the_stated_time(session, database):
    connection = session()
    assert receive(connection) == []
    database.query("UPDATE broker.queue SET retention = '1 hour' WHERE name = %s", (QUEUE,))
    handle = begin(connection, priority=6)
    say(connection, handle, 1)
    send(connection, 2)
    send(connection, 3)
    assert roll_back_once(connection, 10) == [1, 2, 3]
    assert database.value("SELECT count(*) FROM broker.retained_message") == 0
    while receive(connection):
        pass
    kept = database.query("SELECT body, conversation, priority, attempts, consumed_by, consumed_at >= enqueued_at FROM broker.retained_message ORDER BY id")
    assert [row[0]["n"] for row in kept] == [1, 2, 3]
    assert kept[0][1:] == (far_end(connection, handle), 6, 1, "hartonomous", True)
    assert maintain(database)["retained messages removed"] == 0
    database.query("UPDATE broker.retained_message SET consumed_at = consumed_at - interval '61 min' WHERE body @> '{\"n\": 1}'")
    assert maintain(database)["retained messages removed"] == 1
    database.query("UPDATE broker.queue SET retention = NULL")
    send(connection, 4)
    assert receive(connection) == [4]
    assert maintain(database)["retained messages removed"] == 2
    assert database.value("SELECT count(*) FROM broker.retained_message") == 0


# Receiving -----------------------------------------------------------------------------------------------------

def test_receiving_from_one_conversation(session):
    client, service, other = session(), session(), session()
    one, two = begin(client), begin(client)
    for n in range(3):
        say(client, one, n)
        say(client, two, 10 + n)
    ends = far_end(client, one), far_end(client, two)
    assert receive(service, 2, handle=ends[1]) == [10, 11]
    with other.transaction():
        assert receive(other, 1, handle=ends[0]) == [0]
        assert receive(service, 10, handle=ends[0]) == []  # held
        assert receive(service, 10, handle=ends[1]) == [12]
    assert receive(service, 10, handle=ends[0]) == [1, 2]
    assert receive(service, 10, handle=999) == []
    one_way = send(client, 7)
    assert receive(service, 10, handle=one_way) == []
    assert receive(service) == [7]


def test_a_waiting_receive_wakes_up_for_a_later_send(session, database):
    reader, sender = session(), session()
    began = time.monotonic()
    assert receive(reader, timeout="300 ms") == [] and time.monotonic() - began >= 0.3
    waiting = Background(database, reader, "SELECT * FROM broker.receive(%s, 1, timeout => '60 s')", (QUEUE,)).until_it_waits("Timeout")
    send(sender, 1)
    assert waiting.result()[0][2] == {"n": 1}


def test_a_purge_takes_all_or_one_type_and_deferred_ones_too(session, database):
    connection = session()
    graph = ("ClientService", "Neo4jSyncService", "Neo4jSyncContract")
    for kind in ("AtomsCreated", "Neo4jSyncRequest", "AtomsCreated"):
        send(connection, 1, (*graph, kind))
    send(connection, 1, (*graph, "AtomsCreated"), deliver_after="infinity")
    timed = begin(connection)
    connection.execute("SELECT broker.set_timer(%s, '1 hour')", (timed,))
    assert value(connection, "SELECT broker.purge_queue('Neo4jSyncQueue', 'AtomsCreated')") == 3
    assert value(connection, "SELECT broker.purge_queue('Neo4jSyncQueue')") == 1
    assert value(connection, "SELECT broker.purge_queue('ClientQueue')") == 0
    assert database.value("SELECT count(*) FROM broker.deferred_message WHERE is_timer") == 1
    assert database.query("SELECT queue, detail FROM broker.audit WHERE action = 'purge' ORDER BY audit_id") == \
        [("Neo4jSyncQueue", {"messages": 3, "message_type": "AtomsCreated"}), ("Neo4jSyncQueue", {"messages": 1}), ("ClientQueue", {"messages": 0})]


def test_a_peek_takes_nothing_and_tells_what_is_held(session, database):
    reader, operator = session(), session()
    assert receive(reader) == []
    handle = begin(operator)
    say(operator, handle, 1)
    say(operator, handle, 2)
    send(operator, 3)
    send(operator, 4, priority=9)
    peek = "SELECT body ->> 'n', state, attempts, priority, conversation_handle FROM broker.peek(%s, 10)"
    far = far_end(operator, handle)
    assert [row[:2] for row in operator.execute(peek, (QUEUE,)).fetchall()] == [("4", "waiting"), ("1", "waiting"), ("2", "waiting"), ("3", "waiting")]
    with reader.transaction(force_rollback=True):
        assert receive(reader, 1, handle=far) == [1]
        rows = operator.execute(peek, (QUEUE,)).fetchall()
        assert [row[:2] for row in rows] == [("4", "waiting"), ("1", "held"), ("2", "held"), ("3", "waiting")]
        assert rows[1][2:] == (0, 5, far)
    first = value(operator, "SELECT message_id FROM broker.peek(%s, 1)", (QUEUE,))
    assert len(operator.execute("SELECT * FROM broker.peek(%s, 10, %s)", (QUEUE, first - 1)).fetchall()) == 1
    assert operator.execute("SELECT * FROM broker.peek(%s, 0)", (QUEUE,)).fetchall() == []
    assert [row["attempts"] for row in receive_rows(reader, 1, handle=far)] == [1]
