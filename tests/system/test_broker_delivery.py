"""Deliveries as the C client ends them (next_delivery, settle, release_delivery), and compaction beside them."""

import pytest

from broker_session import JOB, QUEUE, RECEIVE, Reader, begin, far_end, notices_of, receive, refusal, roll_back_once, say, send, session, value
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
