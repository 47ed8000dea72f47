"""Who may do what with the broker: roles that were granted sending, receiving, or one tenant; and everybody else."""

import json

import psycopg
import pytest

from broker_session import (JOB, QUEUE, RECEIVE, SEND, begin, far_end, receive, receive_rows, refusal, roll_back_once, role, say, send,
                            session, value)

INGESTION = ("ClientService", "IngestionService", "IngestionContract", "IngestionRequest")
DENIED = "42501"


@pytest.fixture
def grant(database, role):
    """grant("grant_send('X', %s)", …): the name of a new role of which these were said."""
    made = []

    def make(*calls):
        name = role(f"{database.name}_{len(made)}")
        made.append(name)
        for call in calls:
            database.query(f"SELECT broker.{call}", (name,))
        return name

    return make


@pytest.fixture
def sender(grant, session):
    return session(user=grant("grant_send('InferenceService', %s)"))


@pytest.fixture
def reader(grant, session):
    return session(user=grant("grant_receive('InferenceQueue', %s)"))


# Sending and receiving -----------------------------------------------------------------------------------------

def test_a_sender_sends_where_it_may_and_nowhere_else(sender, session, database):
    handle = send(sender, 1)
    sender.execute("SELECT broker.send_many(%s, %s, %s, %s, ARRAY['{\"n\": 2}']::jsonb[])", JOB)
    with sender.cursor().copy("COPY broker.outgoing (from_service, to_service, contract, message_type, body) FROM STDIN") as copy:
        copy.write_row((*JOB, '{"n": 3}'))
    talk = begin(sender)
    say(sender, talk, 4)
    send(sender, 5, idempotency_key="k")
    owner = session()
    assert sorted(receive(owner)) == [1, 2, 3, 4, 5]
    for statement in (SEND, SEND.replace("send_one", "send_many").replace("%s::jsonb", "ARRAY[%s]::jsonb[]"),
                      SEND.replace("send_one", "send_many").replace("%s::jsonb", "ARRAY[%s]::jsonb[], deliver_after => 'infinity'"),
                      "INSERT INTO broker.outgoing (from_service, to_service, contract, message_type, body) VALUES (%s, %s, %s, %s, %s)"):
        for route in (INGESTION, ("ClientService", "NoServiceYet", *JOB[2:]), ("InferenceService", *JOB[1:])):
            sqlstate, message, hint = refusal(sender, statement, (*route, "{}"))
            assert (sqlstate, message) == (DENIED, f"role {sender.info.user} may not send from {route[0]} to {route[1]}")
            assert "grant_send" in hint
    assert refusal(sender, "SELECT broker.begin_conversation(%s, %s, %s)", INGESTION[:3])[0] == DENIED
    assert refusal(sender, RECEIVE, (QUEUE, 1))[0] == DENIED
    assert refusal(sender, "SELECT broker.attach(%s)", (QUEUE,))[0] == DENIED
    assert value(sender, "SELECT broker.end_conversation(%s)", (talk,)) is True
    assert value(sender, "SELECT broker.end_conversation(%s)", (handle,)) is False


def test_an_empty_array_is_no_way_around(sender, database):
    sqlstate, _, hint = refusal(sender, "SELECT broker.send_many(%s, %s, %s, %s, '{}')", INGESTION)
    assert sqlstate == DENIED and "grant_send" in hint


def test_a_reader_receives_from_its_queue_and_answers_in_its_service_s_name(reader, session, grant, database):
    owner = session()
    handle = begin(owner)
    say(owner, handle, 1)
    rows = receive_rows(reader)
    assert [row["body"]["n"] for row in rows] == [1]
    say(reader, rows[0]["conversation_handle"], 2, "InferenceJobResponse")
    reader.execute("SELECT broker.set_timer(%s, '1 hour')", (rows[0]["conversation_handle"],))
    assert value(reader, "SELECT broker.end_conversation(%s)", (rows[0]["conversation_handle"],)) is True
    assert receive(owner, queue="ClientQueue") == [2, "EndDialog"]
    for (queue,) in database.query("SELECT name FROM broker.queue WHERE name <> %s", (QUEUE,)):
        for statement in ("SELECT * FROM broker.receive(%s, 1)", "SELECT broker.attach(%s)"):
            sqlstate, message, hint = refusal(reader, statement, (queue,))
            assert (sqlstate, message, hint) == (DENIED, f"role {reader.info.user} may not receive from {queue}", "Granted with broker.grant_receive.")
    other = database.value("SELECT queue_id FROM broker.queue WHERE name = 'IngestionQueue'")
    for statement in ("SELECT * FROM broker.next_delivery(%s, 1, '{0,0,0,0,0,0,0,0,0,0}')", "SELECT broker.settle(%s, 1, '{1}', 1, true, '', '')",
                      "SELECT broker.forgive_deliveries(%s)"):
        assert refusal(reader, statement, (other,))[0] == DENIED
    assert refusal(reader, SEND, (*INGESTION, "{}"))[0] == DENIED
    assert refusal(reader, SEND, (*JOB, "{}"))[0] == DENIED  # receiving is no right to send to the service


def test_the_rows_of_another_reader_s_queue_are_out_of_reach(reader, session, database):
    """The functions a reader may call take a queue's number: of another's they refuse, or change nothing that matters."""
    owner = session()
    send(owner, 1, INGESTION)
    send(owner, 1, INGESTION, deliver_after="infinity")
    other = database.value("SELECT queue_id FROM broker.queue WHERE name = 'IngestionQueue'")
    waiting = "SELECT id, xmax, due_at::text FROM (SELECT id, xmax::text, NULL AS due_at FROM broker.message UNION ALL"\
              " SELECT id, xmax::text, due_at FROM broker.deferred_message) AS w ORDER BY id"
    before = database.query(waiting)
    for call in ("release_due(%s)", "note_activity(%s, 1000)"):
        try:
            reader.execute(f"SELECT broker.{call}", (other,))
        except psycopg.errors.InsufficientPrivilege:
            pass
    assert database.query(waiting) == before
    assert database.value("SELECT consumed FROM broker.queue_activity WHERE queue = 'IngestionQueue'") == 0


def test_handles_of_others_are_refused(sender, grant, session, database):
    stranger = session(user=grant("grant_send('InferenceService', %s)", "grant_receive('ActQueue', %s)"))
    handle = begin(sender)
    own = begin(stranger)
    far = far_end(session(), handle)
    for end in (handle, far):
        for statement in ("SELECT broker.send(%s, 'InferenceJobRequest')", "SELECT broker.end_conversation(%s)",
                          "SELECT broker.end_conversation(%s, cleanup => true)", "SELECT broker.set_timer(%s, '1 s')",
                          f"SELECT broker.move_conversation({own}, %s)", f"SELECT broker.move_conversation(%s, {own})",
                          "SELECT broker.begin_conversation('ClientService', 'InferenceService', 'InferenceJobContract', related_to => %s)"):
            sqlstate, message, hint = refusal(stranger, statement, (end,))
            assert (sqlstate, message) == (DENIED, f"role {stranger.info.user} has no part in conversation {end}") and hint
    say(sender, handle, 1)
    assert receive(session()) == [1]


def test_the_initiator_has_no_right_to_the_target_s_end(sender, session, database):
    handle = begin(sender)
    far = far_end(session(), handle)
    for call in (f"send({far}, 'InferenceJobResponse')", f"end_conversation({far})"):
        assert refusal(sender, f"SELECT broker.{call}")[0] == DENIED


def test_rights_go_through_membership_and_can_be_revoked(grant, role, session, cluster, database):
    group = grant("grant_send('InferenceService', %s)", "grant_receive('ActQueue', %s)")
    person = role(f"{database.name}_person")
    cluster.psql(f'GRANT "{group}" TO "{person}"')
    connection = session(user=person)
    send(connection, 1)
    assert receive(connection, queue="ActQueue") == []
    database.query("SELECT broker.grant_send('IngestionService', %s)", (group,))
    send(connection, 1, INGESTION)
    database.query("SELECT broker.revoke_send('InferenceService', %s)", (group,))
    assert refusal(connection, SEND, (*JOB, "{}"))[0] == DENIED
    send(connection, 1, INGESTION)
    database.query("SELECT broker.revoke_send('IngestionService', %s)", (group,))
    assert refusal(connection, SEND, (*INGESTION, "{}"))[0] == DENIED
    assert receive(connection, queue="ActQueue") == []
    database.query("SELECT broker.revoke_receive('ActQueue', %s)", (group,))
    assert refusal(connection, RECEIVE, ("ActQueue", 1))[0] == DENIED
    cluster_wide = "SELECT count(*) FROM pg_auth_members WHERE member = %s::regrole AND roleid::regrole::text LIKE 'hartonomous%%'"
    assert database.value(cluster_wide, (group,)) == 0
    assert database.query("SELECT action, count(*)::int FROM broker.audit WHERE detail ->> 'role' = %s GROUP BY action ORDER BY action", (group,)) == \
        [("grant", 3), ("revoke", 3)]


def test_a_right_for_every_service(grant, session, database):
    connection = session(user=grant("grant_send('*', %s)"))
    send(connection, 1)
    send(connection, 1, INGESTION)
    send(connection, 1, ("ClientService", "NoServiceYet", *JOB[2:]))
    assert database.value("SELECT count(*) FROM broker.transmission_queue") == 1


def test_only_the_owner_makes_drops_and_grants(sender, reader, database):
    calls = ["create_message_type('T')", "create_contract('T', '{EndDialog}')", "create_queue('T')", "create_service('T', 'InferenceQueue')",
             "drop_message_type('T')", "drop_contract('T')", "drop_service('ActService')", "drop_queue('T')",
             "grant_send('*', session_user::regrole)", "revoke_send('*', session_user::regrole)", "grant_receive('ActQueue', session_user::regrole)",
             "revoke_receive('ActQueue', session_user::regrole)", "bind_tenant(session_user::regrole, 1)", "unbind_tenant(session_user::regrole)"]
    for connection in (sender, reader):
        for call in calls:
            assert refusal(connection, f"SELECT broker.{call}")[0] == DENIED


# Tables --------------------------------------------------------------------------------------------------------

def relations(database, kinds):
    return [row[0] for row in database.query(
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'broker' AND c.relkind = ANY (%s)",
        (kinds,))]


def test_nobody_but_the_owner_touches_a_table(sender, reader, grant, session, database, role):
    plain = session(user=role(f"{database.name}_plain"))
    bound = session(user=grant("grant_send('InferenceService', %s)", "bind_tenant(%s, 7)"))
    tables = relations(database, ["r", "p"])
    assert len(tables) > 20
    for table in tables:
        column = database.value("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass ORDER BY attnum DESC", (table,))
        for connection in (sender, reader, bound, plain):
            statements = [f"INSERT INTO {table} DEFAULT VALUES", f"UPDATE {table} SET {column} = NULL", f"DELETE FROM {table}", f"TRUNCATE {table}",
                          f"DO 'BEGIN LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE; END'", f"SELECT {column} FROM {table}", f"SELECT FROM {table} FOR UPDATE"]
            if table == "broker.outgoing" and connection in (sender, bound):
                statements.pop(0)
            if connection is bound and database.value("SELECT has_table_privilege('hartonomous_tenant', %s, 'SELECT')", (table,)):
                del statements[-2]
            for statement in statements:
                assert refusal(connection, statement)[0] == DENIED, (connection.info.user, statement)
    for view in relations(database, ["v"]):
        for connection in (sender, reader, plain):
            assert refusal(connection, f"SELECT FROM {view}")[0] == DENIED
    for connection in (sender, reader, bound, plain):
        assert refusal(connection, "SELECT setval('broker.handle', 1)")[0] == DENIED
        assert refusal(connection, "CREATE TABLE broker.mine ()")[0] == DENIED


# Functions -----------------------------------------------------------------------------------------------------
# Who may call what. A new function is to be considered here: everybody, senders, readers, daemons, operators, or the owner alone.

EVERYBODY = {"lock_class_sleeping", "lock_class_sending", "lock_class_order", "lock_class_delivery", "lock_class_upkeep", "lock_class_reader",
             "lock_class_conversation", "delivery_key", "channel", "tenant_of", "bound_tenant"}
SENDERS = {"send_one", "send_many", "begin_conversation", "send", "end_conversation", "move_conversation", "set_timer"}
READERS = SENDERS | {"attach", "next_delivery", "settle", "release_delivery", "release_deliveries", "forgive_deliveries", "receive",
                     "release_due", "note_activity", "announce_sleep", "announce_work", "senders_done"}
UPKEEP = {"maintain", "compact"}
OPERATORS = READERS | UPKEEP | {"replay_dead_letter", "replay_dead_letters", "discard_dead_letter", "discard_dead_letters", "enable_queue",
                                "disable_queue", "purge_queue", "peek", "close_conversation"}
OWNER = {"add_activity", "append", "await_service", "bind_tenant", "bury", "check_body", "check_priority", "check_tenant", "chosen_dead_letters",
         "count_dead_readers", "create_contract", "create_message_type", "create_queue", "create_service",
         "deliver_to_new_service", "deliver_waiting", "drop_contract", "drop_message_type", "drop_object", "drop_queue", "drop_service",
         "drop_waiting", "end_side", "expire_conversations", "find_key", "grant_receive", "grant_send", "has_little", "is_being_settled",
         "is_owner", "keep_key", "may_receive", "may_send", "my_end", "no_dead_letter", "note", "note_server_start", "queue_number",
         "reader_died", "refuse_reader", "refuse_route", "refuse_sender", "replay_letter", "require_owner",
         "revoke_receive", "revoke_send", "ring", "route", "sample_queues", "schema_fault", "schema_problem", "send_outgoing",
         "set_status", "take_seat", "unbind_tenant"}
CALLERS = {"hartonomous_sender": EVERYBODY | SENDERS, "hartonomous_reader": EVERYBODY | READERS, "hartonomous_tenant": EVERYBODY,
           "hartonomous-ingestion": EVERYBODY | READERS | UPKEEP, "hartonomous-graph-sync": EVERYBODY | READERS | UPKEEP,
           "hartonomous-embedding": EVERYBODY | READERS | UPKEEP, "hartonomous_operator": EVERYBODY | OPERATORS}


def test_each_function_may_be_called_by_those_it_is_for(database, role):
    found = database.query("SELECT p.proname, p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'broker'")
    names = {name for name, _ in found}
    assert len(names) == len(found)  # no overloading
    assert names == EVERYBODY | OPERATORS | OWNER
    for caller, allowed in {**CALLERS, role(f"{database.name}_plain"): EVERYBODY}.items():
        may = {name for name, oid in found if database.value("SELECT has_function_privilege(%s, %s::oid, 'EXECUTE')", (caller, oid))}
        assert may == allowed, caller


def test_what_runs_with_the_owner_s_rights_has_a_search_path_of_its_own(database):
    assert database.query("""SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'broker' AND p.prosecdef AND NOT coalesce(p.proconfig, '{}') @> ARRAY['search_path=pg_catalog, pg_temp']""") == []


def test_a_role_without_rights_is_told_so(role, session, database):
    connection = session(user=role(f"{database.name}_plain"))
    for statement in ("SELECT broker.send_one('a', 'b', 'c', 'd')", "SELECT * FROM broker.receive('InferenceQueue')", "SELECT * FROM broker.queue_status"):
        assert refusal(connection, statement)[0] == DENIED


# Tenants -------------------------------------------------------------------------------------------------------

TENANT_VIEWS = ["queue_status", "queue_depth", "queue_age", "queue_attempts", "dead_letter_summary", "transmission_queue", "conversation_status"]


@pytest.fixture
def tenants(grant, session, database):
    """Connections bound to tenants 7 and 8 after each, and the owner, left something in every table."""
    database.query("UPDATE broker.queue SET max_rollbacks = 1")
    bound = {tenant: session(user=grant("grant_send('*', %s)", f"bind_tenant(%s, {tenant})")) for tenant in (7, 8)}
    owner = session()
    assert receive(owner) == []
    for tenant, connection in (*bound.items(), (None, owner)):
        body = json.dumps({"n": tenant or 0, **({"TenantId": tenant} if tenant else {})})
        connection.execute(SEND, (*JOB, body))
        roll_back_once(owner)
        assert receive(owner) == []  # buried
        database.query("UPDATE broker.queue SET retention = '1 day'")
        connection.execute(SEND, (*JOB, body))
        receive_rows(owner)
        database.query("UPDATE broker.queue SET retention = NULL")
        for _ in range(2 if tenant == 8 else 1):
            connection.execute(SEND, (*INGESTION[:2], *INGESTION[2:], body))
        connection.execute(SEND, ("ClientService", "NoService", *JOB[2:], body))
        connection.execute(SEND.replace("%s::jsonb", "%s::jsonb, deliver_after => 'infinity'"), (*JOB, body))
        handle = begin(connection)
        connection.execute("SELECT broker.send(%s, %s, %s::jsonb, 'infinity')", (handle, JOB[3], body))
    return bound, owner


def test_a_bound_role_sends_for_its_tenant_only(grant, session, database):
    connection = session(user=grant("grant_send('*', %s)", "bind_tenant(%s, 7)"))
    handle = begin(connection)
    for body in ({"TenantId": 8}, {}, None, [7], {"TenantId": "7"}, {"TenantId": None}):
        text = json.dumps(body)
        for statement, place in ((SEND, JOB), (SEND.replace("send_one", "send_many").replace("%s::jsonb", "ARRAY['{\"TenantId\": 7}', %s]::jsonb[]"), JOB),
                                 ("SELECT broker.send(%s, 'InferenceJobRequest', %s::jsonb)", (handle,)),
                                 ("INSERT INTO broker.outgoing (from_service, to_service, contract, message_type, body) VALUES (%s, %s, %s, %s, %s)", JOB),
                                 (SEND, ("ClientService", "NoService", *JOB[2:]))):
            sqlstate, message, hint = refusal(connection, statement, (*place, text))
            assert (sqlstate, message) == (DENIED, f"role {connection.info.user} may send for tenant 7 only") and "TenantId" in hint
    connection.execute(SEND, (*JOB, '{"TenantId": 7}'))
    assert database.value("SELECT count(*) FROM broker.message") == 1
    assert refusal(connection, RECEIVE, (QUEUE, 1))[0] == DENIED
    for call in (f"grant_receive('ActQueue', '{connection.info.user}')",):
        assert refusal(session(), f"SELECT broker.{call}")[0] == DENIED
    database.query("SELECT broker.unbind_tenant(%s)", (connection.info.user,))
    connection.execute(SEND, (*JOB, '{"TenantId": 8}'))


def test_a_reader_cannot_be_bound(reader, session):
    sqlstate, message, hint = refusal(session(), "SELECT broker.bind_tenant(%s, 7)", (reader.info.user,))
    assert sqlstate == DENIED and "may receive from a queue" in message and "revoke_receive" in hint


def test_a_bound_role_sees_its_own_in_every_table_and_view(tenants, database):
    bound, owner = tenants
    tables = {"message": 1, "deferred_message": 2, "undelivered_message": 1, "retained_message": 1, "dead_letter": 1}
    for table, number in tables.items():
        for tenant, connection in bound.items():
            expected = number * (2 if tenant == 8 and table == "message" else 1)
            assert connection.execute(f"SELECT body ->> 'TenantId' FROM broker.{table}").fetchall() == [(str(tenant),)] * expected, table
        assert value(owner, f"SELECT count(*) FROM broker.{table}") == number * 3 + (table == "message")
    for tenant, connection in bound.items():
        assert value(connection, "SELECT count(*) FROM broker.conversation") == 1
        assert value(connection, "SELECT depth FROM broker.queue_status WHERE queue = 'IngestionQueue'") == tenant - 6
        assert value(connection, "SELECT sum(depth) FROM broker.queue_depth") == tenant - 6
        assert value(connection, "SELECT deferred FROM broker.queue_status WHERE queue = %s", (QUEUE,)) == 2
        assert value(connection, "SELECT dead_letters FROM broker.queue_status WHERE queue = %s", (QUEUE,)) == 1
        assert connection.execute("SELECT letters FROM broker.dead_letter_summary").fetchall() == [(1,)]
        assert connection.execute("SELECT body ->> 'TenantId' FROM broker.transmission_queue").fetchall() == [(str(tenant),)]
        assert connection.execute("SELECT side, begun_by::text FROM broker.conversation_status").fetchall() == [("initiator", connection.info.user)]
        for hidden in ("reader_activity", "queue_sample"):
            assert value(connection, f"SELECT count(*) FROM broker.{hidden}") == 0
    assert value(owner, "SELECT count(*) FROM broker.reader_activity") > 0


def test_what_a_bound_role_may_read_is_known(tenants, database):
    """Every relation that a tenant may read is either bound by policy, or says nothing about messages."""
    connection = tenants[0][7]
    readable = {name.removeprefix("broker.") for name in relations(database, ["r", "v"])
                if database.value("SELECT has_table_privilege(%s, %s, 'SELECT')", (connection.info.user, name))}
    definitions = {"message_type", "contract", "contract_message_type", "queue", "service", "service_contract"}
    guarded = {"message", "deferred_message", "undelivered_message", "retained_message", "dead_letter", "conversation", "reader_activity", "queue_sample"}
    assert readable == definitions | guarded | set(TENANT_VIEWS)
    assert {row[0] for row in database.query("SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'broker'::regnamespace")} >= guarded
    assert database.query("SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'broker'::regnamespace"
                          " AND NOT coalesce(reloptions, '{}') @> ARRAY['security_invoker=true']") == []


def test_a_member_of_a_bound_role_gets_none_of_its_rights(tenants, role, session, cluster, database):
    bound, _ = tenants
    person = role(f"{database.name}_person")
    cluster.psql(f'GRANT "{bound[7].info.user}" TO "{person}"')
    connection = session(user=person)
    for body in ('{"TenantId": 7}', '{"TenantId": 8}', "{}"):
        assert refusal(connection, SEND, (*JOB, body))[0] == DENIED
    for table in ("message", "deferred_message", "undelivered_message", "retained_message", "dead_letter", "conversation"):
        assert value(connection, f"SELECT count(*) FROM broker.{table}") == 0
    connection.execute(f'SET ROLE "{bound[7].info.user}"')  # who logs in counts
    assert value(connection, "SELECT count(*) FROM broker.message") == 0
