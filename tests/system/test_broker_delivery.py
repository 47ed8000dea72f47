"""Deliveries as the C client ends them (next_delivery, settle, release_delivery), and races of senders and upkeep."""

import pytest

from broker_session import (JOB, QUEUE, RECEIVE, SEND, Background, Reader, begin, far_end, notices_of, receive, receive_rows, refusal,
                            roll_back_once, say, send, session, value)
from waiting import wait_until


def attempts(database):
    """{n: (attempts, rollbacks)} of what waits."""
    return {n: counted for n, *counted in database.query("SELECT (body ->> 'n')::integer, attempts, rollbacks FROM broker.message ORDER BY id")}


def activity(database, queue=QUEUE):
    return database.query("SELECT failed, rolled_back, buried FROM broker.queue_activity WHERE queue = %s", (queue,))[0]


# How a delivery ends -------------------------------------------------------------------------------------------

@pytest.mark.parametrize("in_conversation", [False, True])
def test_a_delivery_that_is_still_to_be_settled_is_passed_over(session, database, in_conversation):
    sender, one, two = session(), Reader(session()), Reader(session())
    handle = begin(sender) if in_conversation else None
    for n in range(3):
        say(sender, handle, n) if in_conversation else send(sender, n)
    assert one.take() == [(0, 0), (1, 0), (2, 0)]
    one.connection.execute("ROLLBACK")
    if in_conversation:
        say(sender, handle, 3)  # behind them
    assert two.take() == -1
    two.connection.execute("COMMIT")
    assert receive(sender) == []
    send(sender, 9)
    assert two.take() == [(9, 0)]  # others' are given out meanwhile
    two.commit()
    assert one.settle(blamed=1) is False
    assert attempts(database).items() >= {0: [0, 0], 1: [1, 0], 2: [0, 0]}.items()
    for taken in ([(0, 0)], [(1, 1)], [(2, 0), (3, 0)] if in_conversation else [(2, 0)]):  # what failed travels alone
        assert two.take() == taken
        two.commit()
    assert activity(database) == (1, 0, 0)


@pytest.mark.parametrize("in_conversation", [False, True])
def test_a_client_that_is_slow_to_settle_does_not_keep_others_from_the_rest(session, in_conversation):
    sender, one, two = session(), Reader(session()), Reader(session())
    handle = begin(sender) if in_conversation else None
    for n in range(5):
        say(sender, handle, n) if in_conversation else send(sender, n)
    other = begin(sender)
    say(sender, other, 10)
    send(sender, 11)
    assert one.take(3) == [(0, 0), (1, 0), (2, 0)]
    one.connection.execute("ROLLBACK")
    taken = []
    while isinstance(numbers := two.take(1), list):
        taken += numbers
        two.commit()
    assert numbers == -1
    assert taken == ([] if in_conversation else [(3, 0), (4, 0)]) + [(10, 0), (11, 0)]
    one.settle()
    two.connection.execute("COMMIT")
    assert two.take(10) == [(n, 0) for n in (range(5) if in_conversation else range(3))]
    two.commit()


def test_what_is_put_back_costs_nothing(session, database):
    one, two = Reader(session()), Reader(session())
    for n in range(2):
        send(two.connection, n)
    one.take()
    one.connection.execute("ROLLBACK")
    assert one.settle() is False
    assert two.take() == [(0, 0), (1, 0)]
    two.commit()
    assert activity(database) == (0, 0, 0)


@pytest.mark.parametrize("poison", [False, True])
def test_a_message_is_given_up_at_the_limit_or_at_once(session, database, poison):
    reader = Reader(session())
    send(reader.connection, 1)
    send(reader.connection, 2)
    for attempt in range(1 if poison else 3):
        taken = reader.take(1)
        assert taken == [(1, attempt)]
        reader.connection.execute("ROLLBACK")
        gone = reader.settle(blamed=0, poison=poison, code="22P02", text="cannot be read")
        assert gone is (poison or attempt == 2)
    reason = "cannot be read" if poison else "Exceeded maximum delivery attempts of 3"
    assert database.query("SELECT body, attempt_count, reason, error_code, error_text, metadata ->> 'rollbacks' FROM broker.dead_letter") == \
        [({"n": 1}, 1 if poison else 3, reason, "22P02", "cannot be read", "0")]
    assert reader.take() == [(2, 0)]
    reader.commit()
    assert activity(database) == (1 if poison else 3, 0, 1)


def test_rollbacks_and_failures_have_limits_of_their_own(session, database):
    reader, other = Reader(session()), session()
    send(other, 1)
    for _ in range(4):
        assert roll_back_once(other) == [1]
    for failure in range(2):
        assert reader.take_counted() == [(1, 4 + failure)]
        reader.connection.execute("ROLLBACK")
        assert reader.settle(blamed=0) is False
    assert attempts(database) == {1: [6, 4]}
    assert reader.take() == [(1, 6)]
    reader.connection.execute("ROLLBACK")
    assert reader.settle(blamed=0) is True
    assert database.query("SELECT attempt_count, reason, metadata -> 'rollbacks' FROM broker.dead_letter") == \
        [(7, "Exceeded maximum delivery attempts of 3", 4)]


@pytest.mark.parametrize("when", ["in hand", "rolled back"])
def test_a_reader_that_goes_without_settling_is_counted_once_for_each(session, database, when):
    sender, one, two = session(), Reader(session()), Reader(session())
    for n in range(3):
        send(sender, n)
    assert one.take(2) == [(0, 0), (1, 0)]
    if when == "rolled back":
        one.connection.execute("ROLLBACK")
    one.connection.close()

    def given():
        taken = two.take()
        if taken in (-1, 0) or taken == [(2, 0)]:
            two.connection.execute("ROLLBACK" if isinstance(taken, list) else "COMMIT")
            if isinstance(taken, list):
                two.settle()
            return None
        return taken

    assert wait_until(given, 10) == [(0, 1)]  # though newer ones wait, too
    for n, counted in ((1, 1), (2, 0)):
        two.commit()
        assert two.take() == [(n, counted)]
    two.commit()
    assert activity(database) == (0, 2, 0)


def test_a_delivery_that_is_released_without_a_settlement_is_counted(session, database):
    one, two = Reader(session()), Reader(session())
    send(two.connection, 1)
    one.take()
    one.connection.execute("ROLLBACK")
    one.release()
    assert two.take() == 0
    two.connection.execute("COMMIT")
    assert two.take() == [(1, 1)]
    two.commit()


def test_a_delivery_whose_end_nobody_can_tell_is_forgiven(session, database):
    one, two = Reader(session()), Reader(session())
    handle = begin(one.connection)
    say(one.connection, handle, 1)
    send(one.connection, 2)
    assert len(one.take()) == 2
    one.connection.execute("ROLLBACK")
    assert two.take() == -1
    two.connection.execute("COMMIT")
    one.connection.execute("SELECT broker.forgive_deliveries(%s)", (one.queue,))
    one.connection.execute("SELECT broker.release_deliveries()")
    assert two.take_counted() == [(1, 0), (2, 0)]
    two.commit()
    assert activity(database) == (0, 0, 0)


def test_counting_is_part_of_the_transaction_that_counts(session, database):
    one, two = session(), Reader(session())
    send(one, 1)
    assert roll_back_once(one) == [1]
    for _ in range(3):  # nothing is lost where the counter itself rolls back
        assert two.take() == 0
        two.connection.execute("ROLLBACK")
    assert two.take_counted() == [(1, 1)]
    two.commit()


def test_a_commit_that_was_a_rollback_is_noticed_by_the_next_look(session, database):
    one, two = Reader(session()), Reader(session())
    send(one.connection, 1)
    send(one.connection, 2)
    assert one.take(1) == [(1, 0)]
    refusal(one.connection, "SELECT 1 / 0")
    first = one.delivery
    # The pipelined form: COMMIT, BEGIN, next_delivery(previous) in one go; COMMIT of a failed transaction is a ROLLBACK.
    assert one.connection.execute("COMMIT").statusmessage == "ROLLBACK"
    one.connection.execute("BEGIN")
    rows = one.connection.execute("SELECT id, delivery FROM broker.next_delivery(%s, 1, %s, %s)", (one.queue, [0] * 10, first)).fetchall()
    assert rows == [(-2, first)]
    one.connection.execute("ROLLBACK")
    assert two.take() == [(2, 0)]  # it is still to be settled
    two.commit()
    assert one.settle(blamed=0) is False
    assert two.take() == [(1, 1)]
    two.commit()


def test_a_commit_releases_its_delivery_with_the_next_look(session, database):
    one = Reader(session())
    send(one.connection, 1)
    send(one.connection, 2)
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid::integer = broker.lock_class_delivery() AND pid = %s"
    pid = one.connection.info.backend_pid
    assert one.take(1) == [(1, 0)] and database.value(held, (pid,)) == 1
    first = one.delivery
    one.connection.execute("COMMIT")
    assert one.take(1, previous=first) == [(2, 0)] and one.delivery > first
    assert database.value(held, (pid,)) == 1
    one.commit()
    assert one.take() == -3
    assert database.value(held, (pid,)) == 0


def test_what_a_handler_undid_with_its_delivery_blames_nobody(session, database):
    client, reader = session(), Reader(session())
    handle = begin(client)
    for n in range(3):
        say(client, handle, n)
    assert reader.take(1) == [(0, 0)]
    reader.connection.execute("SELECT broker.end_conversation(%s)", (far_end(client, handle),))  # drops 1 and 2
    reader.connection.execute("ROLLBACK")
    assert reader.settle(blamed=0) is False
    assert attempts(database) == {0: [1, 0], 1: [0, 0], 2: [0, 0]}
    for n, counted in ((0, 1), (1, 0)):
        assert reader.take(1) == [(n, counted)]
        reader.commit()
    assert activity(database) == (1, 0, 0)


def test_a_purge_while_a_delivery_is_to_be_settled(session, database):
    reader, operator = Reader(session()), session()
    send(operator, 1)
    reader.take()
    reader.connection.execute("ROLLBACK")
    assert value(operator, "SELECT broker.purge_queue(%s)", (QUEUE,)) == 1
    assert reader.settle(blamed=0, poison=True, text="bad") is False
    assert database.value("SELECT count(*) FROM broker.dead_letter") == 0
    assert reader.take() == -3


# Compaction ----------------------------------------------------------------------------------------------------

COMPACT = "SELECT broker.compact(min_bytes => 0)"


def test_compaction_waits_for_another_time_while_a_message_is_in_hand(session, database):
    reader, worker = Reader(session()), session()
    send(worker, 1)
    reader.take()
    assert value(worker, COMPACT) == "busy"
    reader.connection.execute("ROLLBACK")
    assert value(worker, COMPACT) == "busy"  # the delivery is not settled yet
    assert reader.settle(blamed=0) is False
    assert value(worker, COMPACT).endswith("bytes given back")
    assert reader.take() == [(1, 1)]


def test_compaction_keeps_what_is_to_be_counted_and_all_else(session, database):
    reader, worker, other = session(), session(), session(user="hartonomous-embedding")
    assert receive(reader) == []
    handle = begin(worker, priority=7)
    say(worker, handle, 1)
    say(worker, handle, 2)
    send(worker, 3, priority=7)
    whole = "SELECT id, conversation, conversation_group, enqueued_at, queue_id, priority, message_type, body FROM broker.message ORDER BY id"
    before = database.query(whole)
    assert roll_back_once(reader) == [1]
    assert value(other, COMPACT).endswith("bytes given back")
    assert database.query(whole) == before
    assert activity(database) == (0, 1, 0)
    assert attempts(database) == {1: [1, 1], 2: [0, 0], 3: [0, 0]}
    rows, said = notices_of(reader, lambda: reader.execute(RECEIVE, (QUEUE, 1)).fetchall())
    assert [(row[2]["n"], row[3]) for row in rows] == [(1, 1)] and said == []


def test_compaction_gives_space_back_under_a_held_snapshot(session, database):
    holder, worker = session(), session()
    holder.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    holder.execute("SELECT 1")
    for _ in range(4):
        worker.execute("SELECT broker.send_many(%s, %s, %s, %s, (SELECT array_agg(jsonb_build_object('n', n)) FROM generate_series(1, 5000) AS n))",
                       JOB)
        while receive(worker, 500):
            pass
    send(worker, 77)
    size = "SELECT pg_total_relation_size('broker.message')"
    worker.execute("VACUUM broker.message")
    full = database.value(size)
    assert full > 2_000_000
    answer = value(worker, COMPACT)
    assert int(answer.split()[0]) == full - database.value(size) and database.value(size) < 200_000
    holder.execute("COMMIT")
    assert receive(worker) == [77]


def test_compaction_says_why_it_does_nothing(session, database):
    one, two = session(), session()
    send(one, 1)
    send(one, 2)
    assert value(one, "SELECT broker.compact()") == "small"
    assert value(one, "SELECT broker.compact(max_live => 1, min_bytes => 0)") == "backlog"
    with one.transaction():
        one.execute(COMPACT)
        assert value(two, COMPACT) == "busy"
    dump = session()
    dump.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    dump.execute("SELECT count(*) FROM broker.message")  # as pg_dump does
    assert value(two, COMPACT) == "busy"
    assert dump.execute("SELECT count(*) FROM broker.message").fetchone() == (2,)


# Senders -------------------------------------------------------------------------------------------------------

NEW = ("ClientService", "NewService", *JOB[2:])
CREATE = f"SELECT broker.create_service('NewService', '{QUEUE}', ARRAY['{JOB[2]}'])"


def test_a_service_is_created_while_a_send_to_it_is_open(session, database):
    sender, operator = session(), session()
    handle = begin(sender, NEW)
    say(sender, handle, 1)
    sender.execute("BEGIN")
    say(sender, handle, 2)
    send(sender, 3, NEW)
    creating = Background(database, operator, CREATE).until_it_waits()
    say(sender, handle, 4)
    sender.execute("COMMIT")
    creating.result()
    say(sender, handle, 5)
    assert database.value("SELECT count(*) FROM broker.undelivered_message") == 0
    rows = receive_rows(operator)
    far = far_end(sender, handle)
    assert [row["body"]["n"] for row in rows if row["conversation_handle"] == far] == [1, 2, 4, 5]
    assert sorted(row["body"]["n"] for row in rows) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("how", ["COMMIT", "ROLLBACK"])
def test_a_send_waits_for_a_service_that_is_being_created(session, database, how):
    sender, operator = session(), session()
    operator.execute("BEGIN")
    operator.execute(CREATE)
    sending = Background(database, sender, SEND, (*NEW, '{"n": 1}')).until_it_waits()
    operator.execute(how)
    sending.result()
    assert database.value("SELECT count(*) FROM broker.transmission_queue") == (0 if how == "COMMIT" else 1)
    if how == "ROLLBACK":
        operator.execute(CREATE)
    assert receive(operator) == [1]


@pytest.mark.parametrize("how", ["COMMIT", "ROLLBACK"])
def test_an_idempotency_key_in_two_sessions_at_once(session, database, how):
    one, two = session(), session()
    one.execute("BEGIN")
    handle = send(one, 1, idempotency_key="k")
    sending = Background(database, two, "SELECT broker.send_one(%s, %s, %s, %s, '{\"n\": 1}', idempotency_key => 'k')", JOB).until_it_waits()
    other = session()
    other.execute("SET lock_timeout = '1s'")
    send(other, 2, idempotency_key="another")
    one.execute(how)
    second = sending.result()[0][0]
    assert (second == handle) is (how == "COMMIT")
    assert sorted(receive(one)) == [1, 2]


@pytest.mark.parametrize("how", ["COMMIT", "ROLLBACK"])
def test_a_deferred_message_is_released_by_two_readers_at_once(session, database, how):
    one, two = session(), session()
    queue = value(one, "SELECT broker.attach(%s)", (QUEUE,))
    send(one, 1, deliver_after=value(one, "SELECT clock_timestamp() + interval '50 ms'"))
    release = "SELECT broker.release_due(%s)"
    one.execute("BEGIN")
    wait_until(lambda: value(one, release, (queue,)), 10)
    two.execute("SET lock_timeout = '1s'")
    assert value(two, release, (queue,)) == 0
    one.execute(how)
    assert value(two, release, (queue,)) == (0 if how == "COMMIT" else 1)
    assert receive(two) == [1] and receive(two) == []


def due_timer(connection):
    """A conversation of the client whose timer is due. Returns its handle and its queue's number."""
    handle = begin(connection)
    connection.execute("SELECT broker.set_timer(%s, '0')", (handle,))
    return handle, value(connection, "SELECT broker.queue_number('ClientQueue')")


def test_a_timer_is_set_again_while_it_is_released(session, database):
    client, reader = session(), session()
    handle, queue = due_timer(client)
    reader.execute("BEGIN")
    assert value(reader, "SELECT broker.release_due(%s)", (queue,)) == 1
    setting = Background(database, client, "SELECT broker.set_timer(%s, '1 hour')", (handle,)).until_it_waits()
    reader.execute("COMMIT")
    setting.result()
    assert database.query("SELECT due_at > now() + interval '50 min' FROM broker.deferred_message") == [(True,)]
    assert receive(reader, queue="ClientQueue") == ["DialogTimer"]


def test_a_timer_that_is_being_set_again_is_not_released(session, database):
    client, reader = session(), session()
    handle, queue = due_timer(client)
    with client.transaction():
        client.execute("SELECT broker.set_timer(%s, '1 hour')", (handle,))
        reader.execute("SET lock_timeout = '1s'")
        assert value(reader, "SELECT broker.release_due(%s)", (queue,)) == 0
    assert value(reader, "SELECT broker.release_due(%s)", (queue,)) == 0
    assert database.value("SELECT due_at > now() + interval '50 min' FROM broker.deferred_message") is True


def test_a_queue_has_no_more_readers_than_it_may(session, database):
    one, two = session(), session()
    database.query("SELECT broker.create_queue('Narrow', max_readers => 1)")
    database.query(f"SELECT broker.create_service('NarrowService', 'Narrow', ARRAY['{JOB[2]}'])")
    send(one, 1, ("ClientService", "NarrowService", *JOB[2:]))
    with one.transaction(force_rollback=True):
        assert receive(one, queue="Narrow") == receive(one, queue="Narrow") + [1]
        sqlstate, message, hint = refusal(two, RECEIVE, ("Narrow", 1))
        assert sqlstate == "53300" and "Narrow has its 1 reader" in message and "max_readers" in hint
    assert receive(two, queue="Narrow") == [1]
    attached = session()
    for _ in range(2):  # the same connection is one reader
        attached.execute("SELECT broker.attach('Narrow')")
    assert refusal(two, "SELECT broker.attach('Narrow')")[0] == "53300"
    assert receive(attached, queue="Narrow") == []
    attached.close()
    wait_until(lambda: database.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0, 10)
    two.execute("SELECT broker.attach('Narrow')")
