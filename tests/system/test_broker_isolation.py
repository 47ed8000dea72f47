"""Races of the broker between people, senders and readers, step by step in two or three sessions."""

import psycopg
import pytest

from broker_session import (JOB, QUEUE, RECEIVE, Background, Reader, begin, far_end, notices_of, receive, receive_rows, refusal,
                            roll_back_once, say, send, session, value)
from waiting import wait_until

END = "SELECT broker.end_conversation(%s)"
NUMBER = f"SELECT broker.queue_number('{QUEUE}')"


def depth(database, queue=QUEUE):
    return database.value("SELECT depth FROM broker.queue_status WHERE queue = %s", (queue,))


# Readers -------------------------------------------------------------------------------------------------------

def test_a_conversation_has_one_reader_and_a_rollback_gives_it_to_another(session):
    sender, first, second = session(), session(), session()
    assert receive(first) == receive(second) == []
    handle = begin(sender)
    for n in range(4):
        say(sender, handle, n)
    first.execute("BEGIN")
    assert receive(first, 2) == [0, 1]
    assert receive(second) == []
    first.execute("ROLLBACK")
    rows = receive_rows(second, 1)
    assert [(row["body"]["n"], row["attempts"]) for row in rows] == [(0, 1)]
    rows = receive_rows(second, 1)  # it blames nobody else, so it travels alone too
    assert [(row["body"]["n"], row["attempts"]) for row in rows] == [(1, 1)]
    assert receive(second) == [2, 3]


def test_a_group_has_one_reader(session):
    client, service, first, second = (session() for _ in range(4))
    one = begin(client)
    other = begin(client, related_to=one)
    stranger = begin(client)
    for number, handle in enumerate((one, other, stranger)):
        say(service, far_end(client, handle), number, "InferenceJobResponse")
    with first.transaction():
        assert receive(first, 1, "ClientQueue") == [0]
        assert receive(second, 10, "ClientQueue") == [2]
    assert receive(second, 10, "ClientQueue") == [1]


def test_moving_a_conversation_waits_for_its_reader(session, database):
    client, reader, mover, another = (session() for _ in range(4))
    ends = []
    for n in range(2):
        handle = begin(client)
        ends.append(far_end(client, handle))
        say(client, handle, n)
        say(client, handle, n + 10)
    with reader.transaction():
        assert receive(reader, 1) == [0]
        moving = Background(database, mover, "SELECT broker.move_conversation(%s, %s)", ends)
        moving.until_it_waits()
    moving.result()
    groups = {row[0] for row in database.query("SELECT conversation_group FROM broker.conversation WHERE service = 'InferenceService'")}
    assert groups == {ends[1]}
    with reader.transaction():
        assert receive(reader, 1) == [10]
        assert receive(another) == []
    assert receive(another) == [1, 11]


def test_a_send_during_a_receive_waits_for_nobody(session):
    sender, reader, another = session(), session(), session()
    handle = begin(sender)
    say(sender, handle, 1)
    with reader.transaction():
        assert receive(reader) == [1]
        sender.execute("SET lock_timeout = '1s'")
        say(sender, handle, 2)
        assert receive(another) == []
        assert receive(reader) == [2]
        say(sender, handle, 3)
    assert receive(another) == [3]


@pytest.mark.parametrize("how, left", [("COMMIT", [2]), ("ROLLBACK", [1, 2])])
def test_a_holder_s_end_is_part_of_its_delivery(session, database, how, left):
    client, reader = session(), session()
    assert receive(reader) == []
    handle = begin(client)
    say(client, handle, 1)
    say(client, handle, 2)
    reader.execute("BEGIN")
    row = receive_rows(reader, 1)[0]
    assert value(reader, END, (row["conversation_handle"],)) is True
    reader.execute(how)
    if how == "COMMIT":  # what still waited is dropped
        assert receive(reader) == [] and receive(client, queue="ClientQueue") == ["EndDialog"]
    else:
        assert receive(reader, 1) + receive(reader, 1) == left
        assert receive(client, queue="ClientQueue") == []
        say(client, handle, 3)
        assert receive(reader) == [3]


def test_another_s_end_waits_for_the_reader_which_may_still_answer(session, database):
    client, reader, other = session(), session(), session()
    handle = begin(client)
    far = far_end(client, handle)
    say(client, handle, 1)
    say(client, handle, 2)
    with reader.transaction():
        assert receive(reader, 1) == [1]
        ending = Background(database, other, END, (far,)).until_it_waits()
        reader.execute("SET LOCAL lock_timeout = '5s'")
        say(reader, far, 10, "InferenceJobResponse")
        say(client, handle, 3)
    assert ending.result() == [(True,)]
    assert receive(client, queue="ClientQueue") == [10, "EndDialog"]
    assert receive(reader) == [] and depth(database) == 0


def test_a_conversation_is_moved_by_two_at_once(session, database):
    client, one, two = session(), session(), session()
    ends = [far_end(client, begin(client)) for _ in range(3)]
    one.execute("BEGIN")
    one.execute("SELECT broker.move_conversation(%s, %s)", ends[:2])
    moving = Background(database, two, "SELECT broker.move_conversation(%s, %s)", ends[::2]).until_it_waits()
    one.execute("COMMIT")
    with pytest.raises(psycopg.errors.SerializationFailure):
        moving.result()
    two.execute("SELECT broker.move_conversation(%s, %s)", ends[::2])
    assert dict(database.query("SELECT handle, conversation_group FROM broker.conversation WHERE NOT is_initiator")) == \
        {ends[0]: ends[2], ends[1]: ends[1], ends[2]: ends[2]}


def test_both_ends_end_at_once(session, database):
    client, service = session(), session()
    handle = begin(client)
    far = far_end(client, handle)
    client.execute("BEGIN")
    assert value(client, END, (handle,)) is True
    ending = Background(database, service, END, (far,)).until_it_waits()
    client.execute("COMMIT")
    assert ending.result() == [(True,)]
    assert database.value("SELECT count(*) FROM broker.conversation") == 0
    assert database.value("SELECT count(*) FROM broker.message") == 0


def test_a_send_meets_an_end_of_somebody_else(session, database):
    client, sender = session(), session()
    handle = begin(client)
    client.execute("BEGIN")
    client.execute(END, (handle,))
    sending = Background(database, sender, "SELECT broker.send(%s, %s, '{}')", (handle, JOB[3])).until_it_waits()
    client.execute("COMMIT")
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="has ended"):
        sending.result()
    assert receive(client) == ["EndDialog"]


# Operators -----------------------------------------------------------------------------------------------------

def test_a_queue_is_disabled_under_a_waiting_receive(session, database):
    reader, operator = session(), session()
    waiting = Background(database, reader, "SELECT * FROM broker.receive(%s, 1, timeout => '30 s')", (QUEUE,)).until_it_waits("Timeout")
    assert value(operator, "SELECT broker.disable_queue(%s)", (QUEUE,)) is True
    assert value(operator, "SELECT broker.disable_queue(%s)", (QUEUE,)) is False
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="is off") as caught:
        waiting.result()
    assert "enable_queue" in caught.value.diag.message_hint


def test_a_sleeping_reader_hears_that_its_queue_is_enabled(session, database):
    connection, operator = session(), session()
    reader = Reader(connection)

    def rung():
        """The channel of the next notification."""
        connection.pgconn.consume_input()
        return (notification := connection.pgconn.notifies()) and notification.relname.decode()

    connection.execute("SELECT broker.announce_sleep(%s)", (reader.queue,))
    assert value(connection, "SELECT broker.senders_done(%s)", (reader.queue,)) is True
    assert reader.take() == -3
    connection.execute("COMMIT")
    operator.execute("SELECT broker.disable_queue(%s)", (QUEUE,))
    assert wait_until(rung, 10) == f"broker_{reader.queue}"
    connection.execute("BEGIN")
    assert refusal(connection, "SELECT * FROM broker.next_delivery(%s, 1, %s)", (reader.queue, [0] * 10))[0] == "55000"
    connection.execute("ROLLBACK")
    send(operator, 1)
    wait_until(rung, 10)
    operator.execute("SELECT broker.enable_queue(%s)", (QUEUE,))
    assert wait_until(rung, 10) == f"broker_{reader.queue}"
    assert reader.take() == [(1, 0)]
    reader.commit()


def test_what_is_in_hand_is_finished_though_the_queue_is_disabled(session, database):
    reader, operator = session(), session()
    send(operator, 1)
    send(operator, 2)
    with reader.transaction():
        assert receive(reader, 1) == [1]
        operator.execute("SET lock_timeout = '1s'")
        operator.execute("SELECT broker.disable_queue(%s)", (QUEUE,))
    assert depth(database) == 1


def test_a_purge_leaves_what_a_reader_has_in_hand(session, database):
    reader, operator = session(), session()
    assert receive(reader) == []
    for n in range(3):
        send(operator, n)
    reader.execute("BEGIN")
    assert receive(reader, 1) == [0]
    operator.execute("SET lock_timeout = '1s'")
    assert value(operator, "SELECT broker.purge_queue(%s)", (QUEUE,)) == 2
    reader.execute("ROLLBACK")
    assert [(row["body"]["n"], row["attempts"]) for row in receive_rows(reader)] == [(0, 1)]


@pytest.mark.parametrize("in_conversation", [False, True])
def test_a_receive_meets_a_purge_that_is_not_committed(session, database, in_conversation):
    reader, operator = session(), session()
    assert receive(reader) == []
    if in_conversation:
        handle = begin(operator)
    for n in range(3):
        say(operator, handle, n) if in_conversation else send(operator, n)
    operator.execute("BEGIN")
    assert value(operator, "SELECT broker.purge_queue(%s)", (QUEUE,)) == 3
    reader.execute("SET statement_timeout = '5s'")
    rows, said = notices_of(reader, lambda: reader.execute(RECEIVE, (QUEUE, 10)).fetchall())
    assert (rows, said) == ([], [])
    operator.execute("COMMIT")
    assert receive(reader) == [] and depth(database) == 0
    assert database.value("SELECT rolled_back FROM broker.queue_activity WHERE queue = %s", (QUEUE,)) == 0


def test_a_purge_that_is_rolled_back_loses_nothing(session, database):
    reader, operator = session(), session()
    assert receive(reader) == []
    for n in range(3):
        send(operator, n)
    with operator.transaction(force_rollback=True):
        assert value(operator, "SELECT broker.purge_queue(%s)", (QUEUE,)) == 3
    rows = [row for _ in range(3) for row in receive_rows(reader, 1)]
    assert [row["body"]["n"] for row in rows] == [0, 1, 2]
    assert all(row["attempts"] <= 1 for row in rows)


# Dead letters --------------------------------------------------------------------------------------------------

def bury(connection, database, *numbers):
    """Dead letters. Returns their numbers."""
    database.query("UPDATE broker.queue SET max_rollbacks = 1")
    assert receive(connection) == []
    for n in numbers:
        send(connection, n)
    roll_back_once(connection, len(numbers))
    receive(connection)
    database.query("UPDATE broker.queue SET max_rollbacks = 5")
    return [row[0] for row in database.query("SELECT dead_letter_id FROM broker.dead_letter ORDER BY 1")]


@pytest.mark.parametrize("how", ["COMMIT", "ROLLBACK"])
def test_a_dead_letter_is_replayed_twice_at_once(session, database, how):
    one, two = session(), session()
    letter = bury(one, database, 1)
    one.execute("BEGIN")
    one.execute("SELECT broker.replay_dead_letter(%s)", letter)
    replaying = Background(database, two, "SELECT broker.replay_dead_letter(%s)", letter).until_it_waits()
    one.execute(how)
    if how == "COMMIT":
        with pytest.raises(psycopg.errors.UndefinedObject, match="does not exist"):
            replaying.result()
    else:
        replaying.result()
    assert receive(one) == [1] and receive(one) == []
    assert database.value("SELECT count(*) FROM broker.audit WHERE action = 'replay'") == 1


def test_all_dead_letters_are_replayed_twice_at_once(session, database):
    one, two = session(), session()
    bury(one, database, 1, 2, 3)
    with one.transaction():
        assert value(one, "SELECT broker.replay_dead_letters()") == 3
        two.execute("SET lock_timeout = '1s'")
        assert value(two, "SELECT broker.replay_dead_letters()") == 0
    assert sorted(receive(one)) == [1, 2, 3] and receive(one) == []
    assert database.value("SELECT count(*) FROM broker.audit WHERE action = 'replay'") == 3


def test_a_discard_against_replays(session, database):
    one, two = session(), session()
    letters = bury(one, database, 1, 2)
    with one.transaction():
        one.execute("SELECT broker.discard_dead_letter(%s)", letters[:1])
        assert value(two, "SELECT broker.replay_dead_letters(%s)", (QUEUE,)) == 1
        replaying = Background(database, two, "SELECT broker.replay_dead_letter(%s)", letters[:1]).until_it_waits()
    with pytest.raises(psycopg.errors.UndefinedObject):
        replaying.result()
    assert receive(one) == [2]
    assert database.query("SELECT action, subject FROM broker.audit ORDER BY audit_id") in (
        [("discard", letters[0]), ("replay", letters[1])], [("replay", letters[1]), ("discard", letters[0])])


def test_discarding_and_replaying_all_at_once(session, database):
    one, two = session(), session()
    bury(one, database, 1, 2)
    with one.transaction():
        assert value(one, "SELECT broker.discard_dead_letters()") == 2
        two.execute("SET lock_timeout = '1s'")
        assert value(two, "SELECT broker.replay_dead_letters()") == 0
    assert receive(one) == [] and database.value("SELECT count(*) FROM broker.dead_letter") == 0


# Upkeep --------------------------------------------------------------------------------------------------------

def test_maintenance_is_done_by_one_at_a_time(session, database):
    one, two = session(), session()
    with one.transaction():
        tasks = {row[0] for row in one.execute("SELECT task FROM broker.maintain()").fetchall()}
        two.execute("SET lock_timeout = '1s'")
        assert two.execute("SELECT * FROM broker.maintain()").fetchall() == []
    assert {row[0] for row in two.execute("SELECT task FROM broker.maintain()").fetchall()} == tasks
    assert len(tasks) == 6
