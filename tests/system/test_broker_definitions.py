"""What the broker is made of: message types and their bodies, contracts, services, queues; what is refused, and how."""

import json

import psycopg
import pytest

from broker_session import JOB, QUEUE, SEND, begin, far_end, receive, receive_rows, refusal, send, session, value

ROUTE = ("ClientService", "TestService", "TestContract")
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Order", "description": "of a customer",
    "type": "object",
    "required": ["TenantId", "Kind"],
    "properties": {
        "TenantId": {"type": "integer"},
        "Kind": {"enum": ["new", "old", None]},
        "Weight": {"type": "number"},
        "Name": {"type": ["string", "null"]},
        "Lines": {"type": "array"},
        "Place": {"type": "object", "required": ["City"], "properties": {"City": {"type": "string"}, "Known": {"type": "boolean"}}},
        "Nothing": {"type": "null"},
    },
}


def make_type(database, validation, schema=None):
    """A service that accepts one message type, Test."""
    database.query("SELECT broker.create_message_type('Test', %s, %s::jsonb)", (validation, None if schema is None else json.dumps(schema)))
    database.query("SELECT broker.create_contract('TestContract', initiator => ARRAY['Test'])")
    database.query("SELECT broker.create_queue('TestQueue')")
    database.query("SELECT broker.create_service('TestService', 'TestQueue', ARRAY['TestContract'])")


# Bodies --------------------------------------------------------------------------------------------------------

ABSENT = object()
GOOD = {"TenantId": 1, "Kind": "new"}
BODIES = [
    ("NONE", None, [ABSENT, None, {}, 1], []),
    ("EMPTY", None, [ABSENT], [(None, "it has one"), ({}, "it has one")]),
    ("JSON", None, [None, {}, [], "x", 0, False], [(ABSENT, "it is NULL")]),
    ("SCHEMA", SCHEMA,
     [GOOD, {**GOOD, "TenantId": 2.0}, {**GOOD, "Kind": None}, {**GOOD, "Other": [1]}, {**GOOD, "Weight": 1.5}, {**GOOD, "Name": None},
      {**GOOD, "Name": "n"}, {**GOOD, "Lines": []}, {**GOOD, "Place": {"City": "x", "Known": False}}, {**GOOD, "Nothing": None}],
     [(ABSENT, "it is NULL"),
      (None, "body is null, not object"),
      ([GOOD], "body is array, not object"),
      ({"Kind": "new"}, "body has no TenantId"),
      ({"TenantId": 1}, "body has no Kind"),
      ({**GOOD, "TenantId": 1.5}, "TenantId is number, not integer"),
      ({**GOOD, "TenantId": "1"}, "TenantId is string, not integer"),
      ({**GOOD, "Kind": "New"}, 'Kind is none of ["new", "old", null]'),
      ({**GOOD, "Weight": "1"}, "Weight is string, not number"),
      ({**GOOD, "Name": 1}, "Name is number, not [string, null]"),
      ({**GOOD, "Lines": {}}, "Lines is object, not array"),
      ({**GOOD, "Place": {}}, "Place has no City"),
      ({**GOOD, "Place": {"City": 1}}, "Place.City is number, not string"),
      ({**GOOD, "Place": {"City": "x", "Known": 1}}, "Place.Known is number, not boolean"),
      ({**GOOD, "Nothing": 0}, "Nothing is number, not null")]),
]


@pytest.mark.parametrize("validation, schema, good, bad", BODIES, ids=[row[0] for row in BODIES])
def test_a_body_is_as_its_message_type_wants_it(session, database, validation, schema, good, bad):
    make_type(database, validation, schema)
    connection = session()
    handle = begin(connection, ROUTE)
    text = lambda body: None if body is ABSENT else json.dumps(body)
    ways = [("SELECT broker.send_one(%s, %s, %s, 'Test', %s::jsonb)", ROUTE),
            ("SELECT broker.send_many(%s, %s, %s, 'Test', ARRAY[%s]::jsonb[])", ROUTE),
            ("INSERT INTO broker.outgoing (from_service, to_service, contract, message_type, body) VALUES (%s, %s, %s, 'Test', %s)", ROUTE),
            ("SELECT broker.send(%s, 'Test', %s::jsonb)", (handle,))]
    for statement, place in ways:
        for body in good:
            connection.execute(statement, (*place, text(body)))
        rows = receive_rows(connection, 100, "TestQueue")
        assert [row["body"] for row in rows] == [None if body is ABSENT else body for body in good]
        for body, problem in bad:
            sqlstate, message, hint = refusal(connection, statement, (*place, text(body)))
            assert (sqlstate, message) == ("22023", f"message type Test does not allow this body: {problem}") and hint
    assert receive(connection, queue="TestQueue") == []


@pytest.mark.parametrize("statement", ["SELECT broker.send_one(%s, %s, %s, %s, %s)",
                                       "SELECT broker.send_many(%s, %s, %s, %s, ARRAY['{}', %s]::jsonb[])",
                                       "INSERT INTO broker.outgoing (from_service, to_service, contract, message_type, body) VALUES (%s, %s, %s, %s, %s)"])
@pytest.mark.parametrize("body", ["{", "", "'x'", '{"a": NaN}', '"\\u0000"', '"\\ud800"'])
def test_what_is_no_json_is_refused(session, database, statement, body):
    sqlstate = refusal(session(), statement, (*JOB, body))[0]
    assert sqlstate in ("22P02", "22P05")  # PostgreSQL's own words
    assert database.value("SELECT count(*) FROM broker.message") == 0


@pytest.mark.parametrize("where", [0, 1, 2, 9])
def test_one_bad_body_of_an_array_sends_none(session, database, where):
    make_type(database, "SCHEMA", SCHEMA)
    bodies = [json.dumps(GOOD)] * 10
    bodies[where] = "{}"
    assert refusal(session(), "SELECT broker.send_many(%s, %s, %s, 'Test', %s::jsonb[])", (*ROUTE, bodies))[0] == "22023"
    assert database.value("SELECT count(*) FROM broker.message") == 0


FAULTS = [
    ([], "schema is array, not object"),
    ("x", "schema is string, not object"),
    ({"type": "text"}, 'schema.type "text" is not known'),
    ({"type": ["string", 1]}, "schema.type 1 is not known"),
    ({"required": "a"}, "schema.required is not an array of names"),
    ({"required": ["a", 1]}, "schema.required is not an array of names"),
    ({"enum": {}}, "schema.enum is not an array"),
    ({"properties": []}, "schema.properties is not an object"),
    ({"minimum": 1}, "schema.minimum is not known"),
    ({"properties": {"a": {"properties": {"b": {"pattern": "x"}}}}}, "schema.properties.a.properties.b.pattern is not known"),
]


@pytest.mark.parametrize("schema, fault", FAULTS, ids=[row[1] for row in FAULTS])
def test_a_schema_that_would_not_be_checked_is_refused(database, session, schema, fault):
    sqlstate, message, hint = refusal(session(), "SELECT broker.create_message_type('Test', 'SCHEMA', %s::jsonb)", (json.dumps(schema),))
    assert (sqlstate, message) == ("22023", f"the schema cannot be used: {fault}") and "required" in hint


# Contracts -----------------------------------------------------------------------------------------------------

def test_a_contract_says_which_side_may_send_what(session, database):
    connection = session()
    for kind in ("Ask", "Answer", "Note"):
        database.query("SELECT broker.create_message_type(%s)", (kind,))
    database.query("SELECT broker.create_contract('Talk', initiator => '{Ask}', target => '{Answer}', any_side => '{Note}')")
    database.query("SELECT broker.create_queue('TalkQueue')")
    database.query("SELECT broker.create_service('TalkService', 'TalkQueue', '{Talk,Talk}')")
    talk = ("ClientService", "TalkService", "Talk")
    handle = begin(connection, talk)
    far = far_end(connection, handle)
    one_way = "SELECT broker.send_one('ClientService', 'TalkService', 'Talk', %s)"
    both_ways = "SELECT broker.send(%s, %s)"
    for kind in ("Ask", "Note"):
        connection.execute(one_way, (kind,))
        connection.execute(both_ways, (handle, kind))
    for kind in ("Answer", "Note"):
        connection.execute(both_ways, (far, kind))
    refused = [(one_way, ("Answer",), "the initiator may not send Answer under contract Talk", "It may send Ask, Note."),
               (both_ways, (handle, "Answer"), "the initiator may not send Answer under contract Talk", "It may send Ask, Note."),
               (both_ways, (far, "Ask"), "the target may not send Ask under contract Talk", "It may send Answer, Note."),
               (both_ways, (handle, "Error"), "the initiator may not send Error under contract Talk", "It may send Ask, Note.")]
    for statement, parameters, message, hint in refused:
        assert refusal(connection, statement, parameters) == ("22023", message, hint)
    assert refusal(connection, both_ways, (handle, "Nope"))[:2] == ("42704", "unknown message type 'Nope'")
    assert refusal(connection, both_ways, (handle, None))[:2] == ("42704", "unknown message type NULL")


# Making and dropping -------------------------------------------------------------------------------------------

REFUSED = [
    ("create_message_type(NULL)", "22023", "needs a name", "create_message_type(name"),
    ("create_message_type('')", "22023", "needs a name", "create_message_type(name"),
    ("create_message_type('EndDialog')", "42710", "EndDialog exists", "broker.message_type"),
    ("create_message_type('T', 'XML')", "22023", "unknown validation 'XML'", "NONE, EMPTY, JSON, SCHEMA"),
    ("create_message_type('T', NULL)", "22023", "unknown validation NULL", "NONE, EMPTY, JSON, SCHEMA"),
    ("create_message_type('T', 'SCHEMA')", "22023", "with a schema", "create_message_type(name"),
    ("create_message_type('T', 'JSON', '{}')", "22023", "without a schema", "create_message_type(name"),
    ("create_contract('')", "22023", "needs a name", "initiator =>"),
    ("create_contract(NULL, '{EndDialog}')", "22023", "needs a name", "initiator =>"),
    ("create_contract('C')", "22023", "something that the initiator may send", "any_side"),
    ("create_contract('C', target => '{EndDialog}')", "22023", "something that the initiator may send", "any_side"),
    ("create_contract('C', '{Nope}')", "42704", "unknown message type 'Nope'", "create_message_type"),
    ("create_contract('C', ARRAY[NULL])", "42704", "unknown message type NULL", "create_message_type"),
    ("create_contract('C', '{EndDialog}', '{EndDialog}')", "42710", "names a message type twice", "any_side"),
    ("create_contract('IngestionContract', '{EndDialog}')", "42710", "exists", "any_side"),
    ("create_queue(NULL)", "22023", "a queue needs a name", "NULL"),
    ("create_queue('')", "22023", "a queue needs a name", "NULL"),
    ("create_queue('InferenceQueue')", "42710", "queue InferenceQueue exists", "broker.queue"),
    ("create_queue('Q', max_attempts => 0)", "22023", "limits of 1 to 1000", "NULL"),
    ("create_queue('Q', max_attempts => NULL)", "22023", "limits of 1 to 1000", "NULL"),
    ("create_queue('Q', max_rollbacks => 1001)", "22023", "limits of 1 to 1000", "NULL"),
    ("create_queue('Q', max_readers => 0)", "22023", "at most 999 readers", "NULL"),
    ("create_queue('Q', retention => '0')", "22023", "retention above zero", "NULL"),
    ("create_service('', 'InferenceQueue')", "22023", "a service needs a name", "create_service(name"),
    ("create_service('*', 'InferenceQueue')", "22023", "a service needs a name", "create_service(name"),
    ("create_service('S', 'Nope')", "42704", "unknown queue 'Nope'", "broker.queue"),
    ("create_service('S', NULL)", "42704", "unknown queue NULL", "broker.queue"),
    ("create_service('S', 'InferenceQueue', '{Nope}')", "42704", "unknown contract 'Nope'", "create_contract"),
    ("create_service('S', 'InferenceQueue', ARRAY[NULL])", "42704", "unknown contract NULL", "create_contract"),
    ("create_service('ClientService', 'InferenceQueue')", "42710", "service ClientService exists", "broker.service"),
    ("drop_message_type('Nope')", "42704", "unknown message type 'Nope'", "broker.message_type"),
    ("drop_message_type('IngestionRequest')", "2BP01", "message type IngestionRequest is in use", "First drop"),
    ("drop_contract('Nope')", "42704", "unknown contract 'Nope'", "broker.contract"),
    ("drop_contract('IngestionContract')", "2BP01", "contract IngestionContract is in use", "First drop"),
    ("drop_service(NULL)", "42704", "unknown service NULL", "broker.service"),
    ("drop_queue('Nope')", "42704", "unknown queue 'Nope'", "broker.queue"),
    ("drop_queue('InferenceQueue')", "2BP01", "queue InferenceQueue is in use", "First drop"),
    ("enable_queue('Nope')", "42704", "unknown queue 'Nope'", "broker.queue"),
    ("disable_queue(NULL)", "42704", "unknown queue NULL", "broker.queue"),
    ("purge_queue('Nope')", "42704", "unknown queue 'Nope'", "broker.queue"),
    ("peek('Nope')", "42704", "unknown queue 'Nope'", "broker.queue"),
    ("attach(NULL)", "42704", "unknown queue NULL", "broker.queue"),
    ("replay_dead_letters('Nope')", "42704", "unknown queue 'Nope'", "broker.queue"),
    ("discard_dead_letters('Nope')", "42704", "unknown queue 'Nope'", "broker.queue"),
    ("replay_dead_letter(NULL)", "42704", "dead letter NULL does not exist", "broker.audit"),
    ("discard_dead_letter(9)", "42704", "dead letter 9 does not exist", "broker.audit"),
    ("send(NULL, 'EndDialog')", "55000", "conversation NULL has ended or was never begun", "begin_conversation"),
    ("set_timer(NULL, '1 s')", "55000", "conversation NULL has ended or was never begun", "timer"),
    ("move_conversation(NULL, 1)", "55000", "conversation NULL has ended or was never begun", "conversation_status"),
    ("begin_conversation(NULL, 'InferenceService', 'InferenceJobContract')", "42704", "unknown service NULL", "broker.service"),
    ("begin_conversation('ClientService', NULL, 'InferenceJobContract')", "42704", "unknown service NULL", "broker.service"),
    ("begin_conversation('ClientService', '', 'InferenceJobContract')", "42704", "unknown service ''", "broker.service"),
    ("begin_conversation('ClientService', 'InferenceService', NULL)", "42704", "unknown contract NULL", "broker.contract"),
    ("begin_conversation('ClientService', 'InferenceService', 'IngestionContract')", "22023", "does not accept contract", "InferenceJobContract"),
    ("begin_conversation('ClientService', 'InferenceService', 'InferenceJobContract', priority => 0)", "22023", "priority 0", "10 is the most urgent"),
    ("begin_conversation('ClientService', 'InferenceService', 'InferenceJobContract', priority => NULL)", "22023", "priority NULL", "10"),
    ("begin_conversation('ClientService', 'InferenceService', 'InferenceJobContract', lifetime => '0')", "22023", "lifetime", "NULL for no limit"),
    ("begin_conversation('ClientService', 'InferenceService', 'InferenceJobContract', related_to => 99)", "22023",
     "conversation 99 is not one of", "same service"),
    ("send_one('ClientService', 'InferenceService', 'InferenceJobContract', 'InferenceJobRequest', priority => 11)", "22023", "priority 11", "10"),
    ("send_one('ClientService', 'InferenceService', 'InferenceJobContract', 'InferenceJobRequest', priority => NULL)", "22023", "priority NULL", "10"),
    ("send_many('ClientService', 'InferenceService', 'InferenceJobContract', 'InferenceJobRequest', '{NULL}', priority => -1)", "22023", "priority -1", "10"),
    ("send_one('ClientService', 'InferenceService', 'InferenceJobContract', 'InferenceJobRequest', idempotency_key => '')", "22023",
     "an idempotency key has 1 to 255 characters", "hashed"),
    ("grant_send(NULL, 'hartonomous_operator')", "22023", "a right to send is for a service", "*"),
    ("revoke_send('ClientService', 'hartonomous_operator')", "42704", "has no right to send to ClientService", "broker.service_sender"),
    ("grant_receive('Nope', 'hartonomous_operator')", "42704", "unknown queue 'Nope'", "broker.queue"),
    ("revoke_receive('InferenceQueue', 'hartonomous_operator')", "42704", "has no right to receive from InferenceQueue", "broker.queue_reader"),
    ("bind_tenant('hartonomous_sender', -1)", "22023", "tenant id -1 is not a number from 0", "unbind_tenant"),
    ("bind_tenant('hartonomous_sender', NULL)", "22023", "tenant id NULL is not a number from 0", "unbind_tenant"),
    ("unbind_tenant('hartonomous_sender')", "42704", "is bound to no tenant", "broker.tenant_role"),
]


def test_each_refusal_has_its_sqlstate_and_a_hint(session, database):
    connection = session()
    wrong = []
    for call, sqlstate, words, hint in REFUSED:
        try:
            connection.execute(f"SELECT broker.{call}")
            wrong.append((call, "was accepted"))
        except psycopg.Error as error:
            said = error.diag
            if said.sqlstate != sqlstate or words not in said.message_primary or hint not in (said.message_hint or ""):
                wrong.append((call, said.sqlstate, said.message_primary, said.message_hint))
    assert wrong == []


def test_what_is_not_in_use_can_be_dropped_and_is_audited(session, database):
    connection = session()
    make_type(database, "NONE")
    handle = begin(connection, ROUTE)
    connection.execute("SELECT broker.send(%s, 'Test')", (handle,))
    for call, sqlstate, hint in (("drop_service('TestService')", "55006", "end_conversation"), ("drop_queue('TestQueue')", "55006", "purge_queue"),
                                 ("drop_contract('TestContract')", "2BP01", "First drop")):
        assert (found := refusal(connection, f"SELECT broker.{call}"))[0] == sqlstate and hint in found[2]
    connection.execute("SELECT broker.end_conversation(%s, cleanup => true)", (handle,))
    send_later = "SELECT broker.send_one(%s, %s, %s, 'Test', deliver_after => 'infinity')"
    connection.execute(send_later, ROUTE)
    connection.execute("SELECT broker.drop_service('TestService')")
    assert refusal(connection, "SELECT broker.drop_queue('TestQueue')")[0] == "55006"
    assert value(connection, "SELECT broker.purge_queue('TestQueue')") == 1
    for call in ("drop_queue('TestQueue')", "drop_contract('TestContract')", "drop_message_type('Test')"):
        connection.execute(f"SELECT broker.{call}")
    assert database.query("SELECT queue, detail FROM broker.audit WHERE action = 'drop' ORDER BY audit_id") == \
        [(None, {"service": "TestService"}), ("TestQueue", {"queue": "TestQueue"}), (None, {"contract": "TestContract"}),
         (None, {"message type": "Test"})]


# By array and by COPY ------------------------------------------------------------------------------------------

COPY = "COPY broker.outgoing (from_service, to_service, contract, message_type, body, priority) FROM STDIN"


def copy(connection, rows):
    with connection.cursor().copy(COPY) as stream:
        for row in rows:
            stream.write_row(row)


def test_copy_sends(session, database):
    connection = session()
    copy(connection, [(*JOB, json.dumps({"n": n}), 9 if n == 700 else 5) for n in range(1000)])
    numbers = receive(connection, 500) + receive(connection, 500)
    assert sorted(numbers) == list(range(1000))
    assert database.value("SELECT priorities FROM broker.queue WHERE name = %s", (QUEUE,)) == [9, 5]
    assert database.value("SELECT count(*) FROM broker.outgoing") == 0
    with connection.transaction(force_rollback=True):
        copy(connection, [(*JOB, "{}", 5)])
    assert receive(connection) == []


def test_copy_refuses_as_a_send_does(session, database):
    connection = session()
    bad = [((*JOB[:2], "IngestionContract", "IngestionRequest"), "{}", 5, "22023"), (("Nobody", *JOB[1:]), "{}", 5, "42704"),
           ((*JOB[:3], "NoType"), "{}", 5, "42704"), (JOB, "{}", 0, "22023"), (JOB, json.dumps("x" * 512_000), 5, "54000"),
           ((None, *JOB[1:]), "{}", 5, "23502")]
    for route, body, priority, sqlstate in bad:
        with pytest.raises(psycopg.Error) as caught:
            copy(connection, [(*JOB, "{}", 5), (*route, body, priority)])
        assert caught.value.sqlstate == sqlstate, route
    assert database.value("SELECT count(*) FROM broker.message") == 0
    assert database.value("SELECT count(*) FROM broker.outgoing") == 0


def test_arrays_may_be_empty_and_hold_no_body(session):
    connection = session()
    statement = "SELECT broker.send_many(%s, %s, %s, %s, %s::jsonb[])"
    for bodies in ([], None):
        connection.execute(statement, (*JOB, bodies))
    assert receive_rows(connection) == []
    connection.execute(statement, (*JOB, [None, '{"n": 1}', None]))
    assert [row["body"] for row in receive_rows(connection)] == [None, {"n": 1}, None]


# Idempotency keys ----------------------------------------------------------------------------------------------

def test_each_tenant_has_its_own_keys(session, database):
    connection = session()
    statement = SEND.replace("%s::jsonb", "%s::jsonb, idempotency_key => 'k', deliver_after => '2001-01-01 00:00+00'")
    handles = {}
    for tenant in ('{"TenantId": 7}', '{"TenantId": 8}', "{}"):
        handles[tenant] = value(connection, statement, (*JOB, tenant))
    assert len(set(handles.values())) == 3
    connection.execute("SET TimeZone = 'Asia/Tokyo'")  # the request is the same wherever it comes from
    assert {tenant: value(connection, statement, (*JOB, tenant)) for tenant in handles} == handles
    ingest = "SELECT hartonomous.enqueue_ingestion('a', 'a', %s, NULL, 'k')"
    assert value(connection, ingest, (1,)) == value(connection, ingest, (1,)) != value(connection, ingest, (2,))


def test_a_key_sends_once_and_stands_for_one_request(session, database):
    connection = session()
    handle = send(connection, 1, idempotency_key="k")
    assert send(connection, 1, idempotency_key="k") == handle
    sqlstate, message, hint = refusal(connection, SEND.replace("%s::jsonb", "%s::jsonb, idempotency_key => 'k'"), (*JOB, '{"n": 2}'))
    assert sqlstate == "22023" and "'k' was used for another request" in message and str(handle) in hint
    assert send(connection, 2, idempotency_key="K") != handle
    assert sorted(receive(connection)) == [1, 2]
    assert send(connection, 1, idempotency_key="k") == handle and receive(connection) == []  # also after it was consumed
    database.query("UPDATE broker.idempotency_key SET created_at = now() - interval '8 days' WHERE key = 'k'")
    database.query("SELECT * FROM broker.maintain()")
    assert send(connection, 1, idempotency_key="k") != handle
    assert refusal(connection, SEND.replace("%s::jsonb", "%s::jsonb, idempotency_key => repeat('x', 256)"), (*JOB, "1"))[0] == "22023"
    send(connection, 1, idempotency_key="x" * 255)
