"""Recording provenance in SQL: what the functions store and refuse, what the graph is told, who may, and many at once."""

import json
import random
import threading
import time

import psycopg
import pytest

from broker_session import Background, refusal, role, session, value
from graph_state import add_atom, add_tenant

NULL, BAD, MISSING, BROKEN, DENIED, OVER = "22004", "22023", "23503", "23514", "42501", "55000"
EVERYTHING = """WITH gone AS (DELETE FROM broker.message WHERE message_type IN ('Neo4jSyncRequest', 'InferenceCompleted') RETURNING *)
                SELECT message_type, body FROM gone ORDER BY id"""


def add_atoms(connection, count, tenant=1):
    add_tenant(connection, tenant)
    return [add_atom(connection, tenant, "text", "sentence", f"{tenant} {n}".encode()) for n in range(count)]


@pytest.fixture
def owner(session):
    return session()


@pytest.fixture
def atoms(owner):
    """Ten atoms of tenant 1, of which nobody was told."""
    made = add_atoms(owner, 10)
    owner.execute(EVERYTHING)
    return made


@pytest.fixture
def stranger(owner, atoms):
    """An atom of tenant 2."""
    return add_atoms(owner, 1, 2)[0]


def call(connection, function, *positional, **named):
    """SELECT hartonomous.function(…): its value."""
    return value(connection, *statement(function, positional, named))


def statement(function, positional, named):
    """The statement and its parameters."""
    places = [place(one) for one in positional] + [f"{name} => {place(one)}" for name, one in named.items()]
    return f"SELECT hartonomous.{function}({', '.join(places)})", [*positional, *named.values()]


def place(one):
    """A list is one of atoms unless its first item says otherwise."""
    if isinstance(one, list):
        return {float: "%s::float8[]", str: "%s::text[]"}.get(type(one[0]) if one else int, "%s::bigint[]")
    return "%s"


def refused(connection, function, *positional, **named):
    return refusal(connection, *statement(function, positional, named))


def told(connection):
    """[(EntityType or InferenceCompleted, tenant or None, ids)] since the last time; their bodies have nothing else."""
    said = []
    for kind, body in connection.execute(EVERYTHING).fetchall():
        if kind == "InferenceCompleted":
            said.append((kind, body.pop("TenantId"), [body.pop("InferenceId")]))
        else:
            said.append((body.pop("EntityType"), body.pop("TenantId", None), body.pop("EntityIds")))
        assert body == {}
    return said


def edges(connection):
    return connection.execute("""SELECT child_atom_id, parent_atom_id, type, derivation, operation_id, weight, confidence, metadata
                                 FROM hartonomous.provenance_edge ORDER BY 1, 2, 3""").fetchall()


# Links ----------------------------------------------------------------------------------------------------------

def test_a_link_is_stored_once_and_told_once(owner, atoms):
    operation = call(owner, "begin_operation", 1, "summarize")
    assert told(owner) == [("Operation", 1, [operation])]
    note = {"quotes": "'\"`\\u0027", "long": "x" * (1 << 20)}
    first, second, child = atoms[:3]
    assert value(owner, "SELECT hartonomous.link_provenance(%s, %s, 'summary', NULL, %s, 2.5, 0.5, %s)",
                 ([second, first, second], child, operation, json.dumps(note))) == 2
    assert edges(owner) == [(child, parent, "DERIVED_FROM", "summary", operation, 2.5, 0.5, note) for parent in (first, second)]
    assert told(owner) == [("AtomProvenance", 1, [child]), ("Operation", 1, [operation])]
    assert call(owner, "link_provenance", [first, second], child, "translation") == 0
    assert call(owner, "link_provenance", [], child) == 0
    assert told(owner) == [] and {row[3] for row in edges(owner)} == {"summary"}


TYPES = [
    ({}, ("DERIVED_FROM", "derived")),
    ({"type": "DERIVED_FROM"}, ("DERIVED_FROM", "derived")),
    ({"type": "DERIVED_FROM", "derivation": "In one's \"own\" words"}, ("DERIVED_FROM", "In one's \"own\" words")),
    ({"type": "summary"}, ("DERIVED_FROM", "summary")),
    ({"type": "summary", "derivation": "summary"}, ("DERIVED_FROM", "summary")),
    ({"type": "a" + "-_9" * 21}, ("DERIVED_FROM", "a" + "-_9" * 21)),
    ({"type": "SUPERSEDED_BY"}, ("SUPERSEDED_BY", "superseded")),
    ({"type": "SUPERSEDED_BY", "derivation": "correction"}, ("SUPERSEDED_BY", "correction")),
]


def test_types_of_links(owner, atoms):
    for n, (named, stored) in enumerate(TYPES, 1):
        assert call(owner, "link_provenance", [atoms[0]], atoms[n], **named) == 1
        assert [row[2:4] for row in edges(owner) if row[0] == atoms[n]] == [stored]


def test_both_types_between_the_same_atoms(owner, atoms):
    assert call(owner, "link_provenance", [atoms[0]], atoms[1], "translation") == 1
    assert call(owner, "link_provenance", [atoms[0]], atoms[1], "SUPERSEDED_BY") == 1
    assert call(owner, "link_provenance", [atoms[0]], atoms[1], "SUPERSEDED_BY") == 0
    assert [row[2] for row in edges(owner)] == ["DERIVED_FROM", "SUPERSEDED_BY"]


REFUSED_LINKS = [
    ({"type": "GENERATED"}, BAD, "unknown type 'GENERATED'"),
    ({"type": "derived_FROM"}, BAD, "unknown type"),
    ({"type": ""}, BAD, "unknown type ''"),
    ({"type": "a" * 65}, BAD, "unknown type"),
    ({"type": "x`) DETACH DELETE n //"}, BAD, "unknown type"),
    ({"type": "summary\n"}, BAD, "unknown type"),
    ({"type": None}, BAD, "unknown type NULL"),
    ({"type": "summary", "derivation": "translation"}, BAD, "contradict"),
    ({"derivation": ""}, BAD, "derivation is empty"),
    ({"derivation": "x" * 1001}, BAD, "derivation has 1001 bytes"),
    ({"weight": None}, NULL, "weight is NULL"),
    ({"confidence": None}, NULL, "confidence is NULL"),
    ({"weight": float("nan")}, BAD, "weight is NaN"),
    ({"weight": float("inf")}, BAD, "weight is Infinity"),
    ({"weight": float("-inf")}, BAD, "weight is -Infinity"),
    ({"confidence": float("nan")}, BAD, "confidence is NaN"),
    ({"confidence": -0.01}, BAD, "confidence is -0.01"),
    ({"confidence": 1.01}, BAD, "confidence is 1.01"),
    ({"operation_id": 999}, MISSING, "tenant 1 has no operation 999"),
]


def test_what_a_link_is_refused_for(owner, atoms):
    for named, sqlstate, words in REFUSED_LINKS:
        said = refused(owner, "link_provenance", [atoms[0]], atoms[1], **named)
        assert said[0] == sqlstate and words in said[1], said
    assert edges(owner) == [] and told(owner) == []


def test_atoms_of_a_link_are_the_tenants_own(owner, atoms, stranger):
    unknown = stranger + 1000
    assert refused(owner, "link_provenance", [atoms[0]], unknown)[:2] == (MISSING, f"atom {unknown} does not exist")
    assert refused(owner, "link_provenance", [atoms[0]], None)[:2] == (NULL, "atom id is NULL")
    assert refused(owner, "link_provenance", [atoms[1], unknown], atoms[0]) == (MISSING, f"tenant 1 has no atom {unknown}", "The tenant is the child's.")
    assert refused(owner, "link_provenance", [atoms[1], stranger], atoms[0])[:2] == (MISSING, f"tenant 1 has no atom {stranger}")
    assert refused(owner, "link_provenance", [atoms[1]], stranger)[:2] == (MISSING, f"tenant 2 has no atom {atoms[1]}")
    assert refusal(owner, "SELECT hartonomous.link_provenance(NULL, %s)", (atoms[0],))[:2] == (NULL, "parents are NULL")
    assert refusal(owner, "SELECT hartonomous.link_provenance(ARRAY[%s, NULL]::bigint[], %s)", (atoms[1], atoms[0]))[:2] == (NULL, "parents have a NULL")
    assert refused(owner, "link_provenance", [atoms[1], atoms[0]], atoms[0])[:2] == (BROKEN, f"atom {atoms[0]} cannot come from itself")
    operation = call(owner, "begin_operation", 2, "copy")
    assert refused(owner, "link_provenance", [atoms[1]], atoms[0], operation_id=operation)[:2] == (MISSING, f"tenant 1 has no operation {operation}")
    assert edges(owner) == []


def test_cycles_are_refused_over_all_types(owner, atoms):
    for n, kind in enumerate(("DERIVED_FROM", "SUPERSEDED_BY", "summary")):
        call(owner, "link_provenance", [atoms[n]], atoms[n + 1], kind)
    for last in (1, 2, 3):
        for kind in ("DERIVED_FROM", "SUPERSEDED_BY"):
            sqlstate, message, hint = refused(owner, "link_provenance", [atoms[9], atoms[last]], atoms[0], kind)
            assert (sqlstate, message) == (BROKEN, f"atom {atoms[0]} would come from itself: one of its parents was made from it") and hint
    assert len(edges(owner)) == 3
    assert call(owner, "link_provenance", [atoms[9], atoms[8]], atoms[0]) == 2  # a root of what has descendants may get parents
    assert call(owner, "link_provenance", [atoms[0], atoms[1]], atoms[3]) == 2  # short cuts are no cycles
    assert refused(owner, "link_provenance", [atoms[3]], atoms[9])[0] == BROKEN


def test_a_cycle_that_somebody_put_in_by_hand_is_walked_once(owner, atoms):
    for child, parent in ((1, 0), (2, 1), (0, 2)):
        owner.execute("INSERT INTO hartonomous.provenance_edge (tenant_id, child_atom_id, parent_atom_id) VALUES (1, %s, %s)", (atoms[child], atoms[parent]))
    call(owner, "link_provenance", [atoms[5]], atoms[6])
    assert call(owner, "link_provenance", [atoms[1]], atoms[5]) == 1


def test_a_snapshot_that_does_not_see_others_is_refused(owner, atoms):
    for level in ("REPEATABLE READ", "SERIALIZABLE"):
        owner.execute(f"BEGIN ISOLATION LEVEL {level}")
        sqlstate, message, hint = refused(owner, "link_provenance", [atoms[0]], atoms[1])
        owner.execute("ROLLBACK")
        assert sqlstate == "25000" and level.lower() in message and "READ COMMITTED" in hint


def link(atoms, child, *parents):
    return "SELECT hartonomous.link_provenance(%s, %s)", ([atoms[parent] for parent in parents], atoms[child])


def test_two_halves_of_a_cycle_at_once(database, session, owner, atoms):
    one, two = session(), session()
    one.execute("BEGIN")
    one.execute(*link(atoms, 0, 1))
    late = Background(database, two, *link(atoms, 1, 0))
    late.until_it_waits()
    one.execute("COMMIT")
    late.thread.join()
    assert late.error.sqlstate == BROKEN and len(edges(owner)) == 1
    # Rolled back, it is no half.
    one.execute("BEGIN")
    one.execute(*link(atoms, 2, 3))
    late = Background(database, two, *link(atoms, 3, 2))
    late.until_it_waits()
    one.execute("ROLLBACK")
    late.thread.join()
    assert late.rows == [(1,)]


def test_the_opposite_sides_of_a_ring_of_four_at_once(database, session, owner, atoms):
    """Neither sees the other's link nor shares an atom's lock with it."""
    one, two = session(), session()
    owner.execute(*link(atoms, 0, 1))
    owner.execute(*link(atoms, 2, 3))
    one.execute("BEGIN")
    one.execute(*link(atoms, 1, 2))
    late = Background(database, two, *link(atoms, 3, 0))
    late.until_it_waits()
    one.execute("COMMIT")
    late.thread.join()
    assert late.error.sqlstate == BROKEN and len(edges(owner)) == 3


def test_the_same_link_at_once(database, session, owner, atoms):
    one, two = session(), session()
    one.execute("BEGIN")
    assert value(one, *link(atoms, 0, 1, 2)) == 2
    late = Background(database, two, *link(atoms, 0, 1, 2, 3))
    late.until_it_waits()
    one.execute("COMMIT")
    late.thread.join()
    assert late.rows == [(1,)] and len(edges(owner)) == 3


def test_links_that_share_parents_do_not_wait(session, owner, atoms):
    """Of an open transaction: the same parents, and children that nobody derives from; also while others close no cycle."""
    one, two = session(), session()
    one.execute("BEGIN")
    one.execute(*link(atoms, 0, 8, 9))
    two.execute("SET lock_timeout = '2s'")
    assert value(two, *link(atoms, 1, 8, 9)) == 2
    assert value(two, *link(atoms, 3, 2)) == 1
    assert value(two, *link(atoms, 2, 9)) == 1  # it has a child: the walk takes the tenant's lock, which nobody has
    one.execute("COMMIT")


def acyclic(rows):
    """Are they a forest upwards? [(child, parent)]"""
    above = {}
    for child, parent in rows:
        above.setdefault(child, set()).add(parent)
    while above:
        free = [child for child, parents in above.items() if not any(parent in above for parent in parents)]
        if not free:
            return False
        for child in free:
            del above[child]
    return True


def test_no_cycle_gets_in_however_many_try(cluster, database, session, owner, atoms):
    """Six connections link at random among ten atoms, in transactions of up to three links; who is refused or deadlocked goes on."""
    outcomes = {}

    def work(connection, seed):
        chance = random.Random(seed)
        for _ in range(120):
            try:
                with connection.transaction():
                    for _ in range(chance.randint(1, 3)):
                        child, *parents = chance.sample(range(10), chance.randint(2, 3))
                        connection.execute(*link(atoms, child, *parents))
                outcome = "linked"
            except psycopg.Error as error:
                outcome = error.sqlstate
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
            if chance.random() < 0.3:
                connection.execute("DELETE FROM hartonomous.provenance_edge WHERE child_atom_id = %s", (atoms[chance.randrange(10)],))

    cluster.psql(f"ALTER DATABASE {database.name} SET deadlock_timeout = '10ms'")
    connections = [session() for _ in range(6)]
    threads = [threading.Thread(target=work, args=(connection, seed)) for seed, connection in enumerate(connections)]
    for thread in threads:
        thread.start()
    seen = 0
    while any(thread.is_alive() for thread in threads):
        assert acyclic(owner.execute("SELECT child_atom_id, parent_atom_id FROM hartonomous.provenance_edge").fetchall())
        seen += 1
    for thread in threads:
        thread.join()
    assert acyclic(owner.execute("SELECT child_atom_id, parent_atom_id FROM hartonomous.provenance_edge").fetchall())
    assert set(outcomes) <= {"linked", BROKEN, "40P01"}, outcomes
    assert outcomes["linked"] > 20 and outcomes[BROKEN] > 20 and seen > 5, (outcomes, seen)


def test_a_chain_of_100000_built_in_order(owner):
    add_tenant(owner, 1)
    owner.execute("""INSERT INTO hartonomous.atom (tenant_id, modality, subtype, content_hash, size, atomic_value)
                     SELECT 1, 'text', 'sentence', sha256(n::text::bytea), 1, 'x' FROM generate_series(1, 100000) AS n""")
    ids = [id for (id,) in owner.execute("SELECT atom_id FROM hartonomous.atom ORDER BY 1").fetchall()]
    seconds = []
    for first in range(0, 99999, 10000):
        begun = time.monotonic()
        part = ids[first:first + 10001]
        owner.execute("SELECT count(hartonomous.link_provenance(ARRAY[parent], child)) FROM unnest(%s::bigint[], %s::bigint[]) AS chain (parent, child)",
                      (part[:-1], part[1:]))
        seconds.append(time.monotonic() - begun)
    assert value(owner, "SELECT count(*) FROM hartonomous.provenance_edge") == 99999
    assert min(seconds[5:]) < 3 * max(seconds[:5]), f"the longer the chain, the slower: {seconds}"
    begun = time.monotonic()
    assert refused(owner, "link_provenance", [ids[-1]], ids[0])[0] == BROKEN
    assert time.monotonic() - begun < 30, "one walk over the chain"


# Users, operations, models --------------------------------------------------------------------------------------

def row(connection, table):
    """The one row of a table, without times and version."""
    rows = connection.execute(f"SELECT to_jsonb(t) FROM hartonomous.{table} t").fetchall()
    assert len(rows) == 1
    return {name: item for name, item in rows[0][0].items() if name not in ("created_at", "ended_at", "version") and item is not None}


def version(connection, table):
    return value(connection, f"SELECT max(version) FROM hartonomous.{table}")


def test_users(owner, atoms, stranger):
    alice = call(owner, "add_user", 1, "Alice \"`'")
    assert row(owner, "user_account") == {"tenant_id": 1, "user_id": alice, "name": "Alice \"`'", "clearance": "internal"}
    before = version(owner, "user_account")
    assert call(owner, "add_user", 1, "Alice \"`'", "internal") == alice and version(owner, "user_account") == before
    assert told(owner) == [("User", 1, [alice])]
    assert call(owner, "add_user", 1, "Alice \"`'", "restricted") == alice
    assert row(owner, "user_account")["clearance"] == "restricted" and version(owner, "user_account") > before
    assert told(owner) == [("User", 1, [alice])]
    assert call(owner, "add_user", 2, "Alice \"`'") != alice
    for arguments, sqlstate, words in [((1, None), NULL, "name is NULL"), ((1, ""), BAD, "name is empty"), ((1, "x" * 1001), BAD, "name has 1001 bytes"),
                                       ((1, "x", "secret"), BAD, "clearance is unknown: 'secret'"), ((1, "x", None), NULL, "clearance is NULL"),
                                       ((None, "x"), NULL, "tenant id is NULL"), ((77, "x"), MISSING, "tenant 77 does not exist")]:
        said = refused(owner, "add_user", *arguments)
        assert said[0] == sqlstate and words in said[1], said


def test_operations(owner, atoms, stranger):
    user = call(owner, "add_user", 1, "Alice")
    note = {"a": [1, None, "\u2028"]}
    operation = value(owner, "SELECT hartonomous.begin_operation(1, 'summarize', 'Of the day', %s, %s)", (user, json.dumps(note)))
    told(owner)
    began = {"tenant_id": 1, "operation_id": operation, "operation_type": "summarize", "name": "Of the day", "user_id": user, "metadata": note}
    assert row(owner, "operation") == began | {"state": "running"}
    call(owner, "end_operation", operation)
    assert row(owner, "operation") == began | {"state": "complete"} and told(owner) == [("Operation", 1, [operation])]
    assert value(owner, "SELECT ended_at > created_at FROM hartonomous.operation") is True
    before = version(owner, "operation")
    call(owner, "end_operation", operation)
    assert version(owner, "operation") == before and told(owner) == []
    sqlstate, message, hint = refused(owner, "end_operation", operation, "late")
    assert (sqlstate, message) == (OVER, f"operation {operation} has ended before, as complete") and hint


def test_an_error_makes_an_operation_failed(owner, atoms):
    for error in (("memory", "None was left."), ("memory", None), (None, "None was left.")):
        operation = call(owner, "begin_operation", 1, "summarize")
        call(owner, "end_operation", operation, *error)
        call(owner, "end_operation", operation, *error)
        assert owner.execute("SELECT state, error_type, error_text FROM hartonomous.operation WHERE operation_id = %s", (operation,)).fetchall() == [("failed", *error)]
        assert refused(owner, "end_operation", operation)[0] == OVER
        assert refused(owner, "end_operation", operation, "other", error[1])[0] == OVER


def test_what_operations_are_refused_for(owner, atoms, stranger):
    other = call(owner, "add_user", 2, "Bob")
    for arguments, sqlstate, words in [((None, "x"), NULL, "tenant id is NULL"), ((77, "x"), MISSING, "tenant 77 does not exist"),
                                       ((1, None), NULL, "operation type is NULL"), ((1, ""), BAD, "operation type is empty"),
                                       ((1, "x" * 1001), BAD, "1001 bytes"), ((1, "x", None, other), MISSING, f"tenant 1 has no user {other}")]:
        said = refused(owner, "begin_operation", *arguments)
        assert said[0] == sqlstate and words in said[1], said
    assert refused(owner, "end_operation", 999)[:2] == (MISSING, "operation 999 does not exist")
    assert refused(owner, "end_operation", None)[:2] == (NULL, "operation NULL does not exist")
    operation = call(owner, "begin_operation", 1, "x")
    assert refused(owner, "end_operation", operation, "")[:2] == (BAD, "error type is empty")


def test_two_end_an_operation_at_once(database, session, owner, atoms):
    one, two = session(), session()
    operation = call(owner, "begin_operation", 1, "x")
    one.execute("BEGIN")
    call(one, "end_operation", operation)
    late = Background(database, two, "SELECT hartonomous.end_operation(%s, 'late')", (operation,))
    late.until_it_waits()
    one.execute("COMMIT")
    late.thread.join()
    assert late.error.sqlstate == OVER


def test_models(owner, database):
    first = call(owner, "register_model", "m", "1", "engine")
    assert row(owner, "model") == {"model_id": first, "name": "m", "revision": "1", "engine": "engine", "state": "known"}
    assert call(owner, "register_model", "m", "1", "another") == first
    assert told(owner) == [("Model", None, [first])]
    assert call(owner, "register_model", "m", "1", "engine", 384) == first and row(owner, "model")["dimension"] == 384
    assert told(owner) == [("Model", None, [first])]
    assert call(owner, "register_model", "m", "2", "engine") != first
    assert refused(owner, "register_model", "m", "1", "engine", 385)[:2] == (BAD, f"model {first} has dimension 384, not 385")
    for arguments, sqlstate, words in [((None, "1", "e"), NULL, "name is NULL"), (("m", "", "e"), BAD, "revision is empty"), (("m", "1", None), NULL, "engine"),
                                       (("m", "3", "e", 0), BAD, "dimension is 0"), (("m" * 1001, "3", "e"), BAD, "1001 bytes")]:
        said = refused(owner, "register_model", *arguments)
        assert said[0] == sqlstate and words in said[1], said


def test_the_same_name_at_once_is_one(database, session, owner, atoms):
    one, two = session(), session()
    for function, arguments in (("register_model", ("m", "1", "e")), ("add_user", (1, "Alice")), ("set_compliance_rule", (1, "r", "public"))):
        one.execute("BEGIN")
        first = call(one, function, *arguments)
        late = Background(database, two, *statement(function, arguments, {}))
        late.until_it_waits()
        one.execute("COMMIT")
        late.thread.join()
        assert late.rows == [(first,)] and len(told(owner)) == 1


# Generation -----------------------------------------------------------------------------------------------------

def test_generation(owner, atoms, stranger):
    model = call(owner, "register_model", "m", "1", "e")
    told(owner)
    stream = call(owner, "begin_generation", 1, "a story", model)
    assert row(owner, "generation_stream") == {"tenant_id": 1, "stream_id": stream, "name": "a story", "model_id": model, "state": "running"}
    before = version(owner, "generation_stream")
    assert call(owner, "add_generated", stream, [atoms[3], atoms[1]]) == 2
    assert version(owner, "generation_stream") > before
    assert call(owner, "add_generated", stream, []) == 0
    assert told(owner) == [("GenerationStream", 1, [stream])] * 2
    call(owner, "end_generation", stream, [atoms[3]])
    assert owner.execute("SELECT ordinal, atom_id FROM hartonomous.generated_atom ORDER BY 1").fetchall() == list(enumerate([atoms[3], atoms[1], atoms[3]]))
    assert row(owner, "generation_stream")["state"] == "complete"
    assert told(owner) == [("GenerationStream", 1, [stream])]
    call(owner, "end_generation", stream)
    assert told(owner) == []
    for arguments in ((stream, [atoms[0]]), (stream, [], "error")):
        assert refused(owner, "end_generation", *arguments)[:2] == (OVER, f"generation stream {stream} has ended before, as complete")
    assert refused(owner, "add_generated", stream, [atoms[0]])[:2] == (OVER, f"generation stream {stream} has ended, as complete")


def test_what_generation_is_refused_for(owner, atoms, stranger):
    assert refused(owner, "begin_generation", None)[0] == NULL and refused(owner, "begin_generation", 77)[:2] == (MISSING, "tenant 77 does not exist")
    assert refused(owner, "begin_generation", 1, None, 99)[:2] == (MISSING, "model 99 does not exist")
    assert refused(owner, "add_generated", 99, [])[:2] == (MISSING, "generation stream 99 does not exist")
    assert refused(owner, "end_generation", None)[:2] == (NULL, "generation stream NULL does not exist")
    stream = call(owner, "begin_generation", 1)
    for function in ("add_generated", "end_generation"):
        assert refused(owner, function, stream, [atoms[0], stranger])[:2] == (MISSING, f"generated atoms: tenant 1 has no atom {stranger}")
        assert refusal(owner, f"SELECT hartonomous.{function}(%s, NULL)", (stream,))[:2] == (NULL, "generated atoms is NULL")
        assert refusal(owner, f"SELECT hartonomous.{function}(%s, '{{NULL}}')", (stream,))[:2] == (NULL, "generated atoms has a NULL")
    assert row(owner, "generation_stream")["state"] == "running" and value(owner, "SELECT count(*) FROM hartonomous.generated_atom") == 0
    call(owner, "end_generation", stream, [], "out of memory")
    call(owner, "end_generation", stream, [], "out of memory")
    assert row(owner, "generation_stream")["error_text"] == "out of memory" and row(owner, "generation_stream")["state"] == "failed"


def test_two_add_to_a_stream_at_once(database, session, owner, atoms):
    one, two = session(), session()
    stream = call(owner, "begin_generation", 1)
    one.execute("BEGIN")
    call(one, "add_generated", stream, atoms[:2])
    late = Background(database, two, "SELECT hartonomous.add_generated(%s, %s)", (stream, atoms[2:4]))
    late.until_it_waits()
    one.execute("COMMIT")
    late.thread.join()
    assert owner.execute("SELECT ordinal, atom_id FROM hartonomous.generated_atom ORDER BY 1").fetchall() == list(enumerate(atoms[:4]))


# Inference ------------------------------------------------------------------------------------------------------

def test_inference(owner, atoms):
    model, user = call(owner, "register_model", "m", "1", "e"), call(owner, "add_user", 1, "Alice")
    told(owner)
    inference = call(owner, "record_inference", 1, "answer", model_id=model, input_atom_ids=[atoms[0]], used_atom_ids=[atoms[2], atoms[1]],
                     output_atom_ids=[atoms[3]], confidence=0.75, influences=[0.5, 1.0], reasoning=["hybrid", "spatial_query"], context="semantic_search",
                     user_id=user, duration_us=1500, alternatives=json.dumps([{"description": "Yes", "confidence": 0.75, "chosen": True, "reason": "It fits"},
                                                                              {"description": "No", "confidence": None}]), metadata=json.dumps({"k": 1}))
    assert told(owner) == [("InferenceCompleted", 1, [inference])]
    assert row(owner, "inference") == {"tenant_id": 1, "inference_id": inference, "task_type": "answer", "model_id": model, "user_id": user, "state": "complete",
                                       "confidence": 0.75, "reasoning": ["hybrid", "spatial_query"], "context": "semantic_search", "duration_us": 1500, "metadata": {"k": 1}}
    assert owner.execute("SELECT role, ordinal, atom_id, influence FROM hartonomous.inference_atom ORDER BY 1, 2").fetchall() == [
        ("input", 0, atoms[0], None), ("output", 0, atoms[3], None), ("used", 0, atoms[2], 0.5), ("used", 1, atoms[1], 1.0)]
    assert owner.execute("SELECT rank, description, confidence, chosen, reason FROM hartonomous.inference_alternative ORDER BY 1").fetchall() == [
        (1, "Yes", 0.75, True, "It fits"), (2, "No", None, False, None)]


def test_an_inference_of_nothing_and_one_that_failed(owner, atoms):
    call(owner, "record_inference", 1, "search")
    call(owner, "record_inference", 1, "search", used_atom_ids=[atoms[0]], error_type="timeout")
    call(owner, "record_inference", 1, "search", error_text="It took too long.", alternatives="[]")
    assert [state for (state,) in owner.execute("SELECT state FROM hartonomous.inference ORDER BY inference_id").fetchall()] == ["complete", "failed", "failed"]
    assert [kind for kind, _, _ in told(owner)] == ["InferenceCompleted"] * 3


REFUSED_INFERENCES = [
    ({"tenant_id": None}, NULL, "tenant id is NULL"),
    ({"tenant_id": 77}, MISSING, "tenant 77 does not exist"),
    ({"task_type": None}, NULL, "task type is NULL"),
    ({"task_type": ""}, BAD, "task type is empty"),
    ({"model_id": 99}, MISSING, "model 99 does not exist"),
    ({"user_id": 99}, MISSING, "tenant 1 has no user 99"),
    ({"input_atom_ids": [99999]}, MISSING, "input atoms: tenant 1 has no atom 99999"),
    ({"used_atom_ids": [99999]}, MISSING, "used atoms: tenant 1 has no atom 99999"),
    ({"output_atom_ids": [99999]}, MISSING, "output atoms: tenant 1 has no atom 99999"),
    ({"input_atom_ids": None}, NULL, "input atoms is NULL"),
    ({"confidence": 1.5}, BAD, "confidence is 1.5"),
    ({"confidence": float("nan")}, BAD, "confidence is NaN"),
    ({"influences": [0.5]}, BAD, "there are 1 influences of 0 used atoms"),
    ({"reasoning": ["guessing"]}, BAD, "reasoning is unknown: 'guessing'"),
    ({"reasoning": None}, NULL, "reasoning is NULL"),
    ({"context": "dreaming"}, BAD, "context is unknown: 'dreaming'"),
    ({"duration_us": -1}, BAD, "duration is -1"),
    ({"error_type": ""}, BAD, "error type is empty"),
    ({"alternatives": "{}"}, BAD, "alternatives are object instead of a list"),
    ({"alternatives": "null"}, BAD, "alternatives are null instead of a list"),
    ({"alternatives": "[1]"}, BAD, "alternative 1: it is no object"),
    ({"alternatives": "[null]"}, BAD, "alternative 1: it is no object"),
    ({"alternatives": "[{}]"}, BAD, "alternative 1: description is no text"),
    ({"alternatives": '[{"description": "x"}, {"description": ""}]'}, BAD, "alternative 2: description is no text"),
    ({"alternatives": '[{"description": "x", "confidence": "high"}]'}, BAD, "confidence is no number"),
    ({"alternatives": '[{"description": "x", "confidence": 1e400}]'}, BAD, "confidence is not from 0 to 1"),
    ({"alternatives": '[{"description": "x", "confidence": -0.1}]'}, BAD, "confidence is not from 0 to 1"),
    ({"alternatives": '[{"description": "x", "chosen": 1}]'}, BAD, "chosen is neither true nor false"),
    ({"alternatives": '[{"description": "x", "reason": []}]'}, BAD, "reason is no text"),
    ({"alternatives": '[{"description": "x", "choosen": true}]'}, BAD, "it has another member"),
]


def test_what_an_inference_is_refused_for(owner, atoms):
    for named, sqlstate, words in REFUSED_INFERENCES:
        said = refused(owner, "record_inference", **({"tenant_id": 1, "task_type": "answer"} | named))
        assert said[0] == sqlstate and words in said[1], said
    assert value(owner, "SELECT count(*) FROM hartonomous.inference") == 0 and told(owner) == []


def test_influences(owner, atoms):
    for influences, sqlstate, words in [("{0.5}", BAD, "there are 1 influences of 2 used atoms"), ("{}", BAD, "there are 0 influences of 2 used atoms"),
                                        ("{0.5,NaN}", BAD, "influence is NaN"), ("{0.5,1.1}", BAD, "influence is 1.1"), ("{0.5,-1}", BAD, "influence is -1"),
                                        ("{0.5,NULL}", NULL, "influences have a NULL")]:
        said = refusal(owner, "SELECT hartonomous.record_inference(1, 'x', used_atom_ids => %s, influences => %s)", (atoms[:2], influences))
        assert said[0] == sqlstate and words in said[1], said
    assert value(owner, "SELECT count(*) FROM hartonomous.inference") == 0


def test_feedback(owner, atoms, stranger):
    inference, user, other = call(owner, "record_inference", 1, "x"), call(owner, "add_user", 1, "Alice"), call(owner, "add_user", 2, "Bob")
    told(owner)
    before = version(owner, "inference")
    feedback = call(owner, "add_feedback", inference, 0.5, "fair", user)
    assert row(owner, "inference_feedback") == {"tenant_id": 1, "inference_id": inference, "feedback_id": feedback, "user_id": user, "rating": 0.5, "comment": "fair"}
    assert version(owner, "inference") > before and told(owner) == [("Inference", 1, [inference])]
    for arguments, sqlstate, words in [((999, 0.5), MISSING, "inference 999 does not exist"), ((None, 0.5), NULL, "inference NULL does not exist"),
                                       ((inference, None), NULL, "rating is NULL"), ((inference, 1.5), BAD, "rating is 1.5"),
                                       ((inference, float("nan")), BAD, "rating is NaN"), ((inference, 0.5, "x", other), MISSING, f"tenant 1 has no user {other}")]:
        said = refused(owner, "add_feedback", *arguments)
        assert said[0] == sqlstate and words in said[1], said


# Access and its rules -------------------------------------------------------------------------------------------

def test_access(owner, atoms, stranger):
    user = call(owner, "add_user", 1, "Alice")
    told(owner)
    access = call(owner, "record_access", user, atoms[0], "read", False, "not cleared")
    assert row(owner, "access_event") == {"tenant_id": 1, "access_id": access, "user_id": user, "atom_id": atoms[0], "action": "read", "allowed": False,
                                          "reason": "not cleared"}
    assert told(owner) == [("AccessEvent", 1, [access])]
    for arguments, sqlstate, words in [((999, atoms[0], "read", True), MISSING, "user 999 does not exist"), ((None, atoms[0], "read", True), NULL, "user NULL"),
                                       ((user, stranger, "read", True), MISSING, f"accessed atom: tenant 1 has no atom {stranger}"),
                                       ((user, None, "read", True), NULL, "accessed atom has a NULL"),
                                       ((user, atoms[0], "look", True), BAD, "action is unknown: 'look'"), ((user, atoms[0], None, True), NULL, "action is NULL"),
                                       ((user, atoms[0], "read", None), NULL, "allowed is NULL")]:
        said = refused(owner, "record_access", *arguments)
        assert said[0] == sqlstate and words in said[1], said


def test_classification(owner, atoms):
    call(owner, "classify", atoms[0], "internal")
    call(owner, "classify", atoms[0], "internal")
    assert told(owner) == [("Classification", 1, [atoms[0]])]
    before = version(owner, "classification")
    call(owner, "classify", atoms[0], "restricted", "names people")
    assert row(owner, "classification") == {"tenant_id": 1, "atom_id": atoms[0], "level": "restricted", "reason": "names people"}
    assert version(owner, "classification") > before and told(owner) == [("Classification", 1, [atoms[0]])]
    for arguments, sqlstate, words in [((99999, "public"), MISSING, "atom 99999 does not exist"), ((None, "public"), NULL, "atom id is NULL"),
                                       ((atoms[0], "secret"), BAD, "level is unknown: 'secret'"), ((atoms[0], None), NULL, "level is NULL")]:
        said = refused(owner, "classify", *arguments)
        assert said[0] == sqlstate and words in said[1], said


def test_compliance_rules(owner, atoms):
    rule = call(owner, "set_compliance_rule", 1, "GDPR", "restricted", 30, "Delete it.")
    assert row(owner, "compliance_rule") == {"tenant_id": 1, "rule_id": rule, "name": "GDPR", "level": "restricted", "retention_days": 30, "description": "Delete it."}
    assert call(owner, "set_compliance_rule", 1, "GDPR", "restricted", 30, "Delete it.") == rule
    assert told(owner) == [("ComplianceRule", 1, [rule])]
    assert call(owner, "set_compliance_rule", 1, "GDPR", "confidential") == rule
    assert row(owner, "compliance_rule") == {"tenant_id": 1, "rule_id": rule, "name": "GDPR", "level": "confidential"}
    assert told(owner) == [("ComplianceRule", 1, [rule])]
    for arguments, sqlstate, words in [((77, "r", "public"), MISSING, "tenant 77"), ((1, None, "public"), NULL, "name is NULL"), ((1, "", "public"), BAD, "name is empty"),
                                       ((1, "r", "x"), BAD, "level is unknown"), ((1, "r", "public", -1), BAD, "retention is -1 days")]:
        said = refused(owner, "set_compliance_rule", *arguments)
        assert said[0] == sqlstate and words in said[1], said


# What the graph is told -----------------------------------------------------------------------------------------

WHOLE = {  # table: EntityType, its number, what is inserted into it for tenant 1, a change, whether a new row is told
    "tenant": ("Tenant", "tenant_id", "(tenant_id, name) VALUES (5, 'x')", "name = 'y'", False),
    "user_account": ("User", "user_id", "(tenant_id, name) VALUES (1, 'x')", "name = 'y'", True),
    "operation": ("Operation", "operation_id", "(tenant_id, operation_type) VALUES (1, 'x')", "name = 'y'", True),
    "model": ("Model", "model_id", "(name, revision, engine) VALUES ('x', '1', 'e')", "engine = 'y'", True),
    "generation_stream": ("GenerationStream", "stream_id", "(tenant_id) VALUES (1)", "name = 'y'", True),
    "inference": ("Inference", "inference_id", "(tenant_id, task_type) VALUES (1, 'x')", "task_type = 'y'", True),
    "access_event": ("AccessEvent", "access_id", "(tenant_id, user_id, atom_id, action, allowed) SELECT 1, user_id, {0}, 'read', true FROM users", "reason = 'y'", True),
    "classification": ("Classification", "atom_id", "(tenant_id, atom_id, level) VALUES (1, {0}, 'public')", "reason = 'y'", True),
    "compliance_rule": ("ComplianceRule", "rule_id", "(tenant_id, name, level) VALUES (1, 'x', 'public')", "name = 'y'", True),
    "provenance_edge": ("AtomProvenance", "child_atom_id", "(tenant_id, child_atom_id, parent_atom_id) VALUES (1, {0}, {1})", "weight = 2", True),
}


def test_every_change_by_hand_is_told(owner, atoms):
    call(owner, "add_user", 1, "Alice")
    told(owner)
    for table in WHOLE:
        check_changes(owner, atoms, table)


def check_changes(owner, atoms, table):
    kind, number, new, change, new_is_told = WHOLE[table]
    users = "WITH users AS (SELECT user_id FROM hartonomous.user_account) " if "users" in new else ""
    id = value(owner, f"{users}INSERT INTO hartonomous.{table} {new.format(*atoms)} RETURNING {number}")
    where = f"{number} = {id}"
    tenant = {"tenant": 5, "model": None}.get(table, 1)
    first = "InferenceCompleted" if table == "inference" else kind
    assert told(owner) == ([(first, tenant, [id])] if new_is_told else [])
    before = value(owner, f"SELECT version FROM hartonomous.{table} WHERE {where}")
    owner.execute(f"UPDATE hartonomous.{table} SET {change}, version = 1 WHERE {where}")
    assert told(owner) == [(kind, tenant, [id])] and value(owner, f"SELECT version FROM hartonomous.{table} WHERE {where}") > before
    owner.execute(f"UPDATE hartonomous.{table} SET {change} WHERE false")
    owner.execute(f"DELETE FROM hartonomous.{table} WHERE false")
    assert told(owner) == []
    owner.execute(f"DELETE FROM hartonomous.{table} WHERE {where}")
    assert told(owner) == [(kind, tenant, [id])]


PARTS = {  # table: of what, what is inserted, a change
    "generated_atom": ("GenerationStream", "(tenant_id, stream_id, ordinal, atom_id) VALUES (1, {whole}, 0, {atom})", "ordinal = 7"),
    "inference_atom": ("Inference", "(tenant_id, inference_id, role, ordinal, atom_id) VALUES (1, {whole}, 'used', 0, {atom})", "influence = 1"),
    "inference_alternative": ("Inference", "(tenant_id, inference_id, rank, description) VALUES (1, {whole}, 1, 'x')", "chosen = true"),
    "inference_feedback": ("Inference", "(tenant_id, inference_id, rating) VALUES (1, {whole}, 1)", "rating = 0"),
}


def test_a_change_of_a_part_is_one_of_the_whole(owner, atoms):
    for table in PARTS:
        check_part(owner, atoms, table)


def check_part(owner, atoms, table):
    kind, new, change = PARTS[table]
    whole = call(owner, "record_inference", 1, "x") if kind == "Inference" else call(owner, "begin_generation", 1)
    told(owner)
    versions = [version(owner, "inference" if kind == "Inference" else "generation_stream")]
    for statement in (f"INSERT INTO hartonomous.{table} {new.format(whole=whole, atom=atoms[0])}", f"UPDATE hartonomous.{table} SET {change}",
                      f"DELETE FROM hartonomous.{table}"):
        owner.execute(statement)
        assert told(owner) == [(kind, 1, [whole])]
        versions.append(version(owner, "inference" if kind == "Inference" else "generation_stream"))
    assert versions == sorted(set(versions))


def test_in_one_transaction_a_whole_and_its_parts_are_told_together(owner, atoms):
    owner.execute("BEGIN")
    inference = call(owner, "record_inference", 1, "x", used_atom_ids=atoms[:3])
    call(owner, "add_feedback", inference, 1.0)
    owner.execute("COMMIT")
    assert told(owner) == [("InferenceCompleted", 1, [inference])]
    owner.execute("BEGIN")
    call(owner, "add_feedback", inference, 0.5)
    call(owner, "add_feedback", inference, 0.0)
    owner.execute("COMMIT")
    assert told(owner) == [("Inference", 1, [inference])]
    owner.execute("BEGIN")
    call(owner, "add_feedback", inference, 0.5)
    owner.execute("ROLLBACK")
    assert told(owner) == [], "nothing is said of what was rolled back"


def test_a_link_that_changes_tells_of_both_ends_of_the_change(owner, atoms):
    first, second = call(owner, "begin_operation", 1, "x"), call(owner, "begin_operation", 1, "y")
    call(owner, "link_provenance", [atoms[0]], atoms[1], operation_id=first)
    told(owner)
    owner.execute("UPDATE hartonomous.provenance_edge SET operation_id = %s, child_atom_id = %s", (second, atoms[2]))
    assert told(owner) == [("AtomProvenance", 1, sorted([atoms[1], atoms[2]])), ("Operation", 1, sorted([first, second]))]
    owner.execute("DELETE FROM hartonomous.operation WHERE operation_id = %s", (second,))
    said = told(owner)
    assert ("AtomProvenance", 1, [atoms[2]]) in said and ("Operation", 1, [second]) in said
    assert value(owner, "SELECT operation_id FROM hartonomous.provenance_edge") is None
    owner.execute("DELETE FROM hartonomous.provenance_edge")
    assert told(owner) == [("AtomProvenance", 1, [atoms[2]])]


def test_many_are_told_in_lists_by_tenant(owner, atoms, stranger):
    told(owner)
    owner.execute("INSERT INTO hartonomous.user_account (tenant_id, name) SELECT 1 + n % 2, n::text FROM generate_series(1, 10402) AS n")
    said = told(owner)
    assert [(kind, tenant, len(ids)) for kind, tenant, ids in said] == [("User", 1, 5000), ("User", 1, 201), ("User", 2, 5000), ("User", 2, 201)]
    assert len({id for _, _, ids in said for id in ids}) == 10402


def test_what_goes_with_an_atom_is_told(owner, atoms):
    user = call(owner, "add_user", 1, "Alice")
    inference, stream = call(owner, "record_inference", 1, "x", used_atom_ids=[atoms[0]]), call(owner, "begin_generation", 1)
    call(owner, "add_generated", stream, [atoms[0]])
    access = call(owner, "record_access", user, atoms[0], "read", True)
    call(owner, "classify", atoms[0], "public")
    for n in (1, 2, 3):
        call(owner, "link_provenance", [atoms[0]], atoms[n])
    owner.execute("""INSERT INTO hartonomous.ingestion_job (tenant_id, root_atom_id, atomizer, atomizer_version, unicode_version, size)
                     VALUES (1, %s, 'text', 1, '15', 1)""", (atoms[0],))
    owner.execute("UPDATE hartonomous.ingestion_job SET problem = 'x'")
    told(owner)
    owner.execute("DELETE FROM hartonomous.atom WHERE atom_id = %s", (atoms[0],))
    assert sorted(told(owner)) == [("AccessEvent", 1, [access]), ("AtomProvenance", 1, atoms[1:4]), ("Classification", 1, [atoms[0]]),
                                   ("GenerationStream", 1, [stream]), ("Inference", 1, [inference]), ("IngestionJob", 1, [atoms[0]])]
    owner.execute("DELETE FROM hartonomous.atom WHERE atom_id = %s", (atoms[9],))
    assert told(owner) == [], "nothing hung on it"


KINDS = ["Tenant", "User", "Source", "Atom", "Composition", "AtomProvenance", "ProvenanceLink", "Operation", "IngestionJob", "Model", "GenerationStream",
         "Inference", "AccessEvent", "Classification", "ComplianceRule"]


def test_any_kind_can_be_sent_again(owner, atoms):
    for kind in KINDS:
        owner.execute("SELECT hartonomous.enqueue_neo4j_sync(%s, 7)", (kind,))
    assert [body for _, body in owner.execute(EVERYTHING).fetchall()] == [{"EntityType": kind, "EntityId": 7, "SyncType": "CREATE"} for kind in KINDS]


def test_a_model_version_is_no_kind_of_its_own(owner, atoms):
    sqlstate, message, hint = refusal(owner, "SELECT hartonomous.enqueue_neo4j_sync('ModelVersion', 7)")
    assert (sqlstate, message) == (BAD, "unknown EntityType 'ModelVersion'") and "ComplianceRule" in hint


# Documents in documents -----------------------------------------------------------------------------------------

def add_source(connection, atom, parent=None, name="x", relation="archive-entry"):
    """A complete source, by itself or in another."""
    return value(connection, """INSERT INTO hartonomous.source (tenant_id, file_name, state, root_atom_id, parent_source_id, relation, depth)
                                VALUES (1, %s, 'complete', %s, %s, %s, %s) RETURNING source_id""",
                 (name, atom, parent, parent and relation, 1 if parent else 0))


def link_children(connection, *sources):
    connection.execute("SELECT hartonomous.link_children(%s, %s)", ([1] * len(sources), list(sources)))


def test_archives_that_hold_each_other_make_no_cycle(owner, atoms):
    a = add_source(owner, atoms[0], name="a")
    b = add_source(owner, atoms[1], a)
    again = add_source(owner, atoms[0], b)
    itself = add_source(owner, atoms[0], a)
    leaf = add_source(owner, atoms[2], again)
    link_children(owner, a, b, again, itself, leaf)
    kept = {(child, parent) for child, parent, *_ in edges(owner)}
    assert kept in ({(atoms[1], atoms[0]), (atoms[2], atoms[0])}, {(atoms[0], atoms[1]), (atoms[2], atoms[0])})
    assert sorted(id for kind, _, ids in told(owner) for id in ids) == sorted(child for child, _ in kept)
    link_children(owner, a, b, again, itself, leaf)
    assert {(child, parent) for child, parent, *_ in edges(owner)} == kept and told(owner) == []


def test_children_of_a_batch_are_told_in_one_message(owner, atoms):
    a = add_source(owner, atoms[0])
    rest = [add_source(owner, atom, a, relation="attachment") for atom in atoms[1:]]
    link_children(owner, *rest)
    assert told(owner) == [("AtomProvenance", 1, sorted(atoms[1:]))]
    assert {row[2:] for row in [tuple(map(str, row)) for row in edges(owner)]} == {("DERIVED_FROM", "attachment", "None", "1.0", "1.0", "{'name': 'x'}")}


def test_two_batches_with_the_halves_of_a_cycle_at_once(database, session, owner, atoms):
    upper, lower = add_source(owner, atoms[0]), add_source(owner, atoms[1])
    first, second = add_source(owner, atoms[1], upper), add_source(owner, atoms[0], lower)
    one, two = session(), session()
    one.execute("BEGIN")
    link_children(one, first)
    late = Background(database, two, "SELECT hartonomous.link_children(ARRAY[1], ARRAY[%s]::bigint[])", (second,))
    late.until_it_waits()
    one.execute("COMMIT")
    late.thread.join()
    assert late.error is None and [(child, parent) for child, parent, *_ in edges(owner)] == [(atoms[1], atoms[0])]


def test_who_handed_in_a_document_is_known(owner, session, role, cluster, database):
    person = role(f"{database.name}_person")
    cluster.psql(f'GRANT hartonomous_operator TO "{person}"')
    connection = session(user=person)
    connection.execute("SELECT hartonomous.enqueue_ingestion('a.txt', 'One.'::bytea, 1)")
    watcher = session(user="hartonomous-watch")
    value(watcher, "SELECT hartonomous.stage_begin(1, 'b.txt')")
    assert dict(owner.execute("SELECT file_name, delivered_by FROM hartonomous.source").fetchall()) == {"a.txt": person, "b.txt": "hartonomous-watch"}


# Rights ---------------------------------------------------------------------------------------------------------

CALLS = [
    ("add_user", "hartonomous.add_user(1, 'Bob')"),
    ("begin_operation", "hartonomous.begin_operation(1, 'x')"),
    ("end_operation", "hartonomous.end_operation(1)"),
    ("link_provenance", "hartonomous.link_provenance(ARRAY[{0}], {1}, operation_id => 1)"),
    ("register_model", "hartonomous.register_model('m', '1', 'e')"),
    ("begin_generation", "hartonomous.begin_generation(1)"),
    ("add_generated", "hartonomous.add_generated(1, ARRAY[{0}])"),
    ("end_generation", "hartonomous.end_generation(1)"),
    ("record_inference", "hartonomous.record_inference(1, 'x')"),
    ("add_feedback", "hartonomous.add_feedback(1, 1)"),
    ("record_access", "hartonomous.record_access(1, {0}, 'read', true)"),
    ("classify", "hartonomous.classify({0}, 'public')"),
    ("set_compliance_rule", "hartonomous.set_compliance_rule(1, 'r', 'public')"),
]


@pytest.mark.parametrize("group", ["hartonomous_recorder", "hartonomous_operator"])
def test_who_is_granted_recording_records(owner, session, role, cluster, database, atoms, group):
    name = role(f"{database.name}_recorder")
    cluster.psql(f'GRANT {group} TO "{name}"')
    connection = session(user=name)
    for _, called in CALLS:
        connection.execute("SELECT " + called.format(*atoms))
    assert len(told(owner)) == 14, "each is told, in the name of who recorded it"


def test_a_recorder_may_do_nothing_else(owner, session, role, cluster, database, atoms):
    name = role(f"{database.name}_recorder")
    cluster.psql(f'GRANT hartonomous_recorder TO "{name}"')
    connection = session(user=name)
    for table in ("atom", "source", "operation", "user_account", "inference", "provenance_edge", "content_chunk", "graph_entity"):
        assert refusal(connection, f"SELECT * FROM hartonomous.{table}")[0] == DENIED
    for statement in ("INSERT INTO hartonomous.user_account (tenant_id, name) VALUES (1, 'x')", "SELECT hartonomous.tell_graph('Atom', 1, ARRAY[1])",
                      "SELECT hartonomous.check_atoms('x', 1, '{}')", "SELECT hartonomous.lock_links(1, '{}', '{}')", "SELECT hartonomous.link_children('{}', '{}')",
                      "SELECT hartonomous.delete_sources(1, '{}')", "SELECT hartonomous.stage_begin(1, 'x')", "SELECT hartonomous.enqueue_neo4j_sync('Atom', 1)",
                      "SELECT broker.send_one('ClientService', 'Neo4jSyncService', 'Neo4jSyncContract', 'Neo4jSyncRequest', '{}')"):
        assert refusal(connection, statement)[0] == DENIED, statement


def test_nobody_else_may_record(session, role, database, atoms):
    nobody = session(user=role(f"{database.name}_nobody"))
    daemons = [session(user=f"hartonomous-{name}") for name in ("ingestion", "graph-sync", "embedding", "fetch", "watch")]
    for connection in [nobody, *daemons]:
        for _, called in CALLS:
            assert refusal(connection, "SELECT " + called.format(*atoms))[0] == DENIED, (connection.info.user, called)


def test_who_is_bound_to_a_tenant_records_for_no_other(owner, session, role, cluster, database, atoms, stranger):
    name = role(f"{database.name}_bound")
    database.query("SELECT broker.bind_tenant(%s, 1)", (name,))
    cluster.psql(f'GRANT hartonomous_recorder TO "{name}"')
    connection = session(user=name)
    others = {"user": call(owner, "add_user", 2, "Bob"), "operation": call(owner, "begin_operation", 2, "x"), "stream": call(owner, "begin_generation", 2),
              "inference": call(owner, "record_inference", 2, "x")}
    told(owner)
    for called in ("add_user(2, 'x')", "begin_operation(2, 'x')", "begin_generation(2)", "record_inference(2, 'x')", "set_compliance_rule(2, 'r', 'public')",
                   f"end_operation({others['operation']})", f"add_generated({others['stream']}, '{{}}')", f"end_generation({others['stream']})",
                   f"add_feedback({others['inference']}, 1)", f"record_access({others['user']}, {stranger}, 'read', true)", f"classify({stranger}, 'public')",
                   f"link_provenance('{{}}', {stranger})"):
        sqlstate, message, _ = refusal(connection, f"SELECT hartonomous.{called}")
        assert (sqlstate, message) == (DENIED, f"role {name} may not record anything of tenant 2"), called
    assert told(owner) == []
    operation = call(connection, "begin_operation", 1, "x")
    assert call(connection, "link_provenance", [atoms[0]], atoms[1], operation_id=operation) == 1


def test_daemons_read_and_tell_what_they_need(owner, session, atoms):
    embedding = session(user="hartonomous-embedding")
    embedding.execute("SELECT hartonomous.take_up_model('m', '1', 3, 'e')")
    assert {kind for kind, _, _ in told(owner)} == {"Model"}
    assert refusal(embedding, "INSERT INTO hartonomous.model (name, revision, dimension, engine) VALUES ('n', '1', 3, 'e')")[0] == DENIED
    sync = session(user="hartonomous-graph-sync")
    for table in ("operation", "user_account", "generation_stream", "generated_atom", "inference", "inference_atom", "inference_alternative", "inference_feedback",
                  "access_event", "classification", "compliance_rule", "model", "provenance_edge", "graph_entity", "graph_reference"):
        sync.execute(f"SELECT * FROM hartonomous.{table}")
    for table in ("content_chunk", "embedding", "fetched", "tenant_usage"):
        assert refusal(sync, f"SELECT * FROM hartonomous.{table}")[0] == DENIED
    ingestion = session(user="hartonomous-ingestion")
    link_children(ingestion)
    assert refusal(ingestion, "INSERT INTO hartonomous.provenance_edge (tenant_id, child_atom_id, parent_atom_id) VALUES (1, %s, %s)", atoms[:2])[0] == DENIED
