"""Provenance questions about versions, tenants and health: one small world by hand, its answers by hand, asked of Neo4j (where the
daemon brought it) and of PostgreSQL; a second tenant has the same world under other numbers."""

import pytest

from graph_state import sha256
from provenance_case import assert_answer, ask, carry

START = 1772359200  # 2026-03-01T10:00:00Z
QUOTED = """It's "quoted", `ticked` \\ 😀 $x {y} }) DETACH DELETE (n"""
A, B = "file:///a.txt", f"https://example.org/{QUOTED}"
TILDE = "\uff5e"  # sorts before 😀 by code points, behind it by UTF-16 units
D, S = "DERIVED_FROM", "SUPERSEDED_BY"


def at(seconds):
    return f"2026-03-01T10:{seconds // 60:02}:{seconds % 60:02}.000000Z"


def insert(connection, table, columns, rows):
    names = columns.split()
    places = ", ".join(f"to_timestamp({START} + %s)" if name.endswith("_at") else "%s" for name in names)
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO hartonomous.{table} ({', '.join(names)}) OVERRIDING SYSTEM VALUE VALUES ({places})", rows)


def text_of(n):
    return QUOTED if n == 3 else f"atom {n}"


def hash_of(n):
    return sha256(b"document %d" % n)


def add_documents(connection, tenant, b):
    """10 is a document of the sentences 1 2 1 3, 11 of 2 4 5 4. A was delivered four times: twice the first, then the second, then something
    that is not in yet; B once. A source without a URI. The sentence 6 is what nobody knows of."""
    connection.execute("INSERT INTO hartonomous.tenant (tenant_id, name) VALUES (%s, 'a tenant')", (tenant,))
    insert(connection, "atom", "tenant_id atom_id modality subtype content_hash size atomic_value canonical_text created_at",
           [(tenant, b + n, "text", "sentence", sha256(text_of(n).encode()), 100 + n, b"", text_of(n), n) for n in range(1, 9)]
           + [(tenant, b + n, "text", "document", hash_of(n), 1000 + n, b"", None, n) for n in (10, 11)])
    insert(connection, "composition_run", "tenant_id parent_atom_id first_sequence first_position components sizes",
           [(tenant, b + 10, 0, 0, [b + 1, b + 2], [101, 102]), (tenant, b + 10, 2, 203, [b + 1, b + 3], [101, 103]),
            (tenant, b + 11, 0, 0, [b + 2, b + 4, b + 5, b + 4], [102, 104, 105, 104])])
    first, second = (hash_of(10), 1010, "text/plain", "complete", b + 10), (hash_of(11), 1011, "text/html", "complete", b + 11)
    insert(connection, "source", "tenant_id source_id file_name uri content_hash size content_type state root_atom_id problem delivered_by created_at completed_at",
           [(tenant, b + 1, "a.txt", A, *first, None, "alice", 0, 10), (tenant, b + 2, "a.txt", A, *first, None, "bob", 20, 30),
            (tenant, b + 3, "a.txt", A, *second, "cut short", "alice", 40, 50),
            (tenant, b + 4, "a.txt", A, None, None, None, "staging", None, None, "alice", 60, None),
            (tenant, b + 5, "b.txt", B, *second, None, "bob", 5, 8), (tenant, b + 6, "c.txt", None, *first, None, "bob", 5, 9)])
    insert(connection, "ingestion_job", "tenant_id root_atom_id atomizer atomizer_version unicode_version size problem started_at completed_at",
           [(tenant, b + 10, "text", 1, "15.0", 1010, None, 0, 3), (tenant, b + 11, "text", 1, "15.0", 1011, None, 5, None)])


def add_work(connection, tenant, b):
    insert(connection, "user_account", "tenant_id user_id name created_at", [(tenant, b + 1, "alice", 0)])
    insert(connection, "operation", "tenant_id operation_id operation_type state error_type created_at ended_at",
           [(tenant, b + 8, "summarize", "complete", None, 0, 10), (tenant, b + 9, "summarize", "failed", "timeout", 0, 2),
            (tenant, b + 10, "summarize", "complete", None, 1, 11), (tenant, b + 11, "translate", "running", None, 30, None),
            (tenant, b + 12, "translate", "running", None, 29, None), (tenant, b + 13, TILDE, "complete", None, 0, 3), (tenant, b + 14, "😀", "complete", None, 0, 3)])
    insert(connection, "provenance_edge", "tenant_id child_atom_id parent_atom_id type derivation operation_id confidence created_at",
           [(tenant, b + 4, b + 1, S, "edit", None, 0.5, 70), (tenant, b + 7, b + 1, D, "summary", b + 8, 0.1, 71), (tenant, b + 7, b + 2, D, "summary", b + 8, 0.2, 72),
            (tenant, b + 8, b + 1, D, "summary", b + 10, 0.6, 73), (tenant, b + 8, b + 7, D, QUOTED, None, 1, 74)])
    insert(connection, "inference", "tenant_id inference_id task_type model_id state confidence created_at",
           [(tenant, b + 1, "answer", 501, "complete", 0.9, 80), (tenant, b + 2, "answer", 501, "failed", None, 81), (tenant, b + 3, "answer", 501, "complete", 0.4, 82),
            (tenant, b + 4, "answer", 502, "complete", None, 83), (tenant, b + 5, "search", None, "complete", 0.2, 84)])
    insert(connection, "inference_atom", "tenant_id inference_id role ordinal atom_id",
           [(tenant, b + 1, "input", 0, b + 3), (tenant, b + 1, "used", 0, b + 1), (tenant, b + 1, "used", 1, b + 1), (tenant, b + 2, "output", 0, b + 5)])
    insert(connection, "inference_feedback", "tenant_id inference_id feedback_id rating created_at",
           [(tenant, b + 1, b + 1, 1, 90), (tenant, b + 1, b + 2, 0.5, 91), (tenant, b + 4, b + 3, 0.3, 92), (tenant, b + 5, b + 4, 0, 93)])
    insert(connection, "generation_stream", "tenant_id stream_id model_id state created_at ended_at",
           [(tenant, b + 1, 502, "complete", 0, 1), (tenant, b + 2, 502, "failed", 0, 1), (tenant, b + 3, 502, "running", 0, None), (tenant, b + 4, 503, "failed", 0, 1)])
    insert(connection, "access_event", "tenant_id access_id user_id atom_id action allowed created_at",
           [(tenant, b + 1, b + 1, b + 1, "read", True, 95), (tenant, b + 2, b + 1, b + 3, "read", False, 96)])
    insert(connection, "classification", "tenant_id atom_id level created_at", [(tenant, b + 5, "internal", 97)])
    insert(connection, "compliance_rule", "tenant_id rule_id name level created_at", [(tenant, b + 1, "keep", "internal", 98)])


def announce(connection, tenant, b):
    """As ingestion does: neither a source nor an atom is told of by a trigger."""
    for kind, numbers in (("Tenant", [tenant]), ("Source", range(b + 1, b + 7)), ("Atom", [b + 6])):
        for number in numbers:
            connection.execute("SELECT hartonomous.enqueue_neo4j_sync(%s, %s)", (kind, number))


def add_worlds(connection):
    insert(connection, "model", "model_id name revision engine created_at",
           [(501, "writer", "r1", "test", 0), (502, "writer", QUOTED, "test", 1), (503, "alone", "r1", "test", 2), (504, "writer", "r3", "test", 3)])
    for tenant, b in ((1, 0), (2, 1000)):
        add_documents(connection, tenant, b)
        add_work(connection, tenant, b)
        announce(connection, tenant, b)


# --- the answers, by hand; b is what a tenant's numbers begin with ------------------------------------------------------


def described(n):
    return ("text/sentence", text_of(n))


def version_cases(b):
    first, second = (hash_of(10).hex(),), (hash_of(11).hex(),)
    history = [(1, b + 1, b + 10, *first, False, 1010, "text/plain", "complete", None, "alice", at(0), at(10)),
               (2, b + 2, b + 10, *first, False, 1010, "text/plain", "complete", None, "bob", at(20), at(30)),
               (3, b + 3, b + 11, *second, True, 1011, "text/html", "complete", "cut short", "alice", at(40), at(50)),
               (4, b + 4, None, None, None, None, None, "staging", None, "alice", at(60), None)]
    of_a = [(A, 1, 3, b + 1, b + 10, *first, 1010, "text/plain", at(0), at(10)), (A, 2, 2, b + 2, b + 10, *first, 1010, "text/plain", at(20), at(30)),
            (A, 3, 1, b + 3, b + 11, *second, 1011, "text/html", at(40), at(50))]
    of_b = (B, 1, 0, b + 5, b + 11, *second, 1011, "text/html", at(5), at(8))
    differences = [("added", 1, b + 4, 2, "text/sentence", 104, "atom 4"), ("added", 2, b + 5, 1, "text/sentence", 105, "atom 5"),
                   ("removed", 0, b + 1, 2, "text/sentence", 101, "atom 1"), ("removed", 3, b + 3, 1, "text/sentence", 103, QUOTED)]
    superseded = [("atom", f"atom {b + 1}", f"atom {b + 4}", "atom 1", at(70)),
                  ("model", "model writer r1", f"model writer {QUOTED}", "writer", at(1)), ("model", f"model writer {QUOTED}", "model writer r3", "writer", at(3)),
                  *[("source", f"source {b + n}", f"source {b + n + 1}", A, at(n * 20)) for n in (1, 2, 3)]]
    return [
        ("version-history", {"uri": A}, history),
        ("version-history", {"uri": A, "limit": 2}, history[:2]),
        ("version-history", {"uri": B}, [(1, b + 5, b + 11, *second, False, 1011, "text/html", "complete", None, "bob", at(5), at(8))]),
        ("version-history", {"uri": QUOTED}, []),
        ("version-at", {"uri": A, "at": at(10)}, of_a[:1]),
        ("version-at", {"uri": A, "at": "2026-03-01T10:00:29.999999Z"}, of_a[:1]),
        ("version-at", {"uri": A, "at": at(30)}, of_a[1:2]),
        ("version-at", {"uri": A, "at": "2026-03-02"}, of_a[2:]),
        ("version-at", {"uri": A, "at": at(9)}, []),
        ("version-at", {"at": at(35)}, [of_a[1], of_b]),
        ("version-at", {"at": at(8)}, [of_b]),
        ("version-at", {"at": at(35), "limit": 1}, [of_a[1]]),
        ("version-at", {"at": "2026-02-28"}, []),
        ("version-differences", {"old": b + 1, "new": b + 3}, differences),
        ("version-differences", {"old": b + 1, "new": b + 3, "limit": 3}, differences[:3]),
        ("version-differences", {"old": b + 3, "new": b + 2}, [("added", 0, *differences[2][2:]), ("added", 3, *differences[3][2:]),
                                                              ("removed", 1, *differences[0][2:]), ("removed", 2, *differences[1][2:])]),
        ("version-differences", {"old": b + 1, "new": b + 2}, []),
        ("version-differences", {"old": b + 1, "new": b + 4}, []),
        ("version-differences", {"old": b + 1, "new": b + 99}, []),
        ("version-superseded", {}, superseded),
        ("version-superseded", {"limit": 2}, superseded[:2]),
    ]


def tenant_cases(b):
    counts = {"sources": 6, "sources complete": 5, "sources with a problem": 1, "bytes of complete sources": 1010 * 3 + 1011 * 2, "documents": 2, "atoms": 10,
              "components": 8, "derivations": 4, "supersessions": 1, "operations": 7, "operations failed": 1, "ingestion jobs": 2,
              "generation streams": 4, "inferences": 5, "inferences failed": 1, "feedback": 4, "users": 1, "accesses": 2, "accesses refused": 1,
              "classified atoms": 1, "compliance rules": 1}
    bottlenecks = [("summarize", 3, 0, 1, 22_000000, 22_000000 / 3, 10_000000, 10_000000, f"{b + 10}" if b == 0 else f"{b + 8}", None),
                   ("ingestion", 2, 1, 0, 3_000000, 3_000000.0, 3_000000, 3_000000, f"ingestion:{b + 10}", at(5)),
                   (TILDE, 1, 0, 0, 3_000000, 3_000000.0, 3_000000, 3_000000, f"{b + 13}", None),
                   ("😀", 1, 0, 0, 3_000000, 3_000000.0, 3_000000, 3_000000, f"{b + 14}", None),
                   ("translate", 2, 2, 0, 0, None, None, None, None, at(29))]
    quality = [("sources", 0.666667, 6), ("links", 0.48, 5), ("operations", 0.8, 5), ("inferences", 0.8, 5), ("inference confidence", 0.5, 3),
               ("ratings", 0.45, 4), ("score", 0.616111, 6)]
    hot = [(b + 1, 8, 2, 3, 2, 1, *described(1)), (b + 2, 3, 2, 1, 0, 0, *described(2)), (b + 3, 3, 1, 0, 1, 1, *described(3)),
           (b + 4, 2, 2, 0, 0, 0, *described(4)), (b + 5, 1, 1, 0, 0, 0, *described(5)), (b + 7, 1, 0, 1, 0, 0, *described(7))]
    transformations = [(D, "summary", 3, 2, 2, 2, 0.3, at(71), at(73)), (D, QUOTED, 1, 1, 1, 0, 1.0, at(74), at(74)), (S, "edit", 1, 1, 1, 0, 0.5, at(70), at(70))]
    success = [("writer", QUOTED, 1, 0, 2, 1, 2 / 3, None, 1, 0.3), ("writer", "r1", 3, 1, 0, 0, 2 / 3, 0.65, 2, 0.75), ("alone", "r1", 0, 0, 1, 1, 0.0, None, 0, None)]
    return [
        ("tenant-statistics", {}, list(counts.items())),
        ("tenant-statistics", {"limit": 2}, [("sources", 6), ("sources complete", 5)]),
        ("bottlenecks", {}, bottlenecks),
        ("bottlenecks", {"limit": 1}, bottlenecks[:1]),
        ("quality-score", {}, quality),
        ("quality-score", {"limit": 1}, quality[:1]),
        ("hot-atoms", {}, hot),
        ("hot-atoms", {"limit": 2}, hot[:2]),
        ("transformation-statistics", {}, transformations),
        ("transformation-statistics", {"limit": 1}, transformations[:1]),
        ("orphans", {}, [(b + 6, "text/sentence", sha256(b"atom 6").hex(), 106, "atom 6", at(6))]),
        ("model-success", {}, success),
        ("model-success", {"limit": 2}, success[:2]),
    ]


NAMES = list(dict.fromkeys(case[0] for case in version_cases(0) + tenant_cases(0)))
NEEDED = {"version-history": {"uri": A}, "version-at": {"at": at(35)}, "version-differences": {"old": 1, "new": 3}}


@pytest.fixture
def worlds(graph, database, start, wait_until):
    """Two tenants with the same world; numbers of the second begin with 1000."""
    with database.connect() as connection, connection.transaction():
        add_worlds(connection)
    return carry(database, start, wait_until)


@pytest.mark.parametrize("cases", [version_cases, tenant_cases])
def test_answers_are_those_made_by_hand_on_both_sides_for_each_tenant(worlds, ctl, cases):
    for tenant, b in ((1, 0), (2, 1000)):
        for name, parameters, rows in cases(b):
            assert_answer(ctl, name, rows, tenant=tenant, **parameters)


def test_another_tenants_sources_and_tenants_without_anything_are_empty_answers(worlds, ctl):
    assert_answer(ctl, "version-differences", [], tenant=1, old=1001, new=1003)
    assert_answer(ctl, "version-differences", [], tenant=1, old=1, new=1003)
    models = [row for name, _, rows in version_cases(0) if name == "version-superseded" for row in rows if row[0] == "model"][:2]
    for name in NAMES:
        for tenant in (3, 2147483647):
            assert_answer(ctl, name, models if name == "version-superseded" else [], tenant=tenant, **NEEDED.get(name, {}))


def test_a_tenant_without_anything_has_no_quality(graph, database, ctl, start, wait_until):
    with database.connect() as connection:
        connection.execute("INSERT INTO hartonomous.tenant (tenant_id, name) VALUES (4, 'without anything')")
        connection.execute("SELECT hartonomous.enqueue_neo4j_sync('Tenant', 4)")
    carry(database, start, wait_until)
    whole = {name: rows for name, parameters, rows in tenant_cases(0) if not parameters}
    assert_answer(ctl, "quality-score", [(row[0], None, 0) for row in whole["quality-score"]], tenant=4)
    assert_answer(ctl, "tenant-statistics", [(row[0], 0) for row in whole["tenant-statistics"]], tenant=4)


def test_links_between_tenants_are_found_and_followed_by_no_other_question(worlds, graph, ctl):
    assert ask(ctl, "cross-tenant-edges", "graph") == []
    graph.query("""MATCH (a:Atom {id: 7}), (b:Atom {id: 1006}), (d:Atom {id: 11}), (e:Atom {id: 1003}), (i:Inference {inferenceId: 1001}), (o:Operation {operationId: 'ingestion:10'}),
                         (s:Source {sourceId: 1001}), (t:Tenant {tenantId: 2}), (t1:Source {sourceId: 5})
                   CREATE (a)-[:DERIVED_FROM {confidence: 1.0, derivationType: 'x'}]->(b), (d)-[:HAS_COMPONENT {sequenceIndex: 9}]->(e), (i)-[:USED_ATOM]->(a),
                          (o)-[:GENERATED]->(b), (d)-[:INGESTED_FROM]->(s), (t1)-[:BELONGS_TO_TENANT]->(t)""")
    found = [("Atom 7", 1, "DERIVED_FROM", "Atom 1006", 2), ("Operation ingestion:10", 1, "GENERATED", "Atom 1006", 2), ("Atom 11", 1, "HAS_COMPONENT", "Atom 1003", 2),
             ("Atom 11", 1, "INGESTED_FROM", "Source 1001", 2), ("Inference 1001", 2, "USED_ATOM", "Atom 7", 1)]
    found.insert(0, ("Source 5", 1, "BELONGS_TO_TENANT", "Tenant 2", 2))
    assert ask(ctl, "cross-tenant-edges", "graph") == found
    assert ask(ctl, "cross-tenant-edges", "graph", limit=2) == found[:2]
    for tenant, b in ((1, 0), (2, 1000)):
        for name, parameters, rows in version_cases(b) + tenant_cases(b):
            if (name, tenant) != ("orphans", 2):  # 1006 is linked now
                assert_answer(ctl, name, rows, sides=("graph",), tenant=tenant, **parameters)


def test_only_the_graph_can_tell_of_links_between_tenants(database, ctl):
    done = ctl("provenance", "cross-tenant-edges", "--from", "database", check=False)
    assert done.returncode != 0 and done.stdout == "" and "keys" in done.stderr


@pytest.mark.parametrize("name", [*NAMES, "cross-tenant-edges"])
def test_a_limit_is_between_one_and_ten_thousand(database, ctl, name):
    words = [f"{key}={value}" for key, value in NEEDED.get(name, {}).items()] + (["tenant=1"] if name in NAMES else [])
    for limit in ("0", "10001", "-1", "many"):
        done = ctl("provenance", name, *words, f"limit={limit}", "--from", "database", check=False)
        assert done.returncode != 0 and done.stdout == "" and "limit" in done.stderr
