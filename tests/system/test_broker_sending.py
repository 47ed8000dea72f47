"""Races of senders with whoever creates services, uses the same idempotency key, releases deferred messages, sets timers."""

import pytest

from broker_session import JOB, QUEUE, RECEIVE, SEND, Background, begin, far_end, receive, receive_rows, refusal, say, send, session, value
from waiting import wait_until

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
