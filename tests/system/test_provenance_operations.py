"""Provenance questions about documents, operations and errors: one small world by hand, its answers by hand, asked of Neo4j
(where the daemon brought it) and of PostgreSQL. A second tenant has the same world under other numbers."""

import datetime
import math

from provenance_case import assert_answer, carry

QUOTED = """It's "quoted", `ticked` \\ 😀 $x {y} }) DETACH DELETE (n"""
LONG = "😀é" * 80
BRIEN = """O'Brien "😀" É"""
BROKEN = 'page 3: "broken" 😀'
LATE = "no answer in 30 s"
START = datetime.datetime(2026, 3, 1, 10)
TILDE = "\uff5e"  # sorts before 😀 by code points, behind it by UTF-16 units


def at(seconds):
    """So many seconds behind START, as questions and answers have times."""
    return (START + datetime.timedelta(seconds=seconds)).isoformat(timespec="microseconds") + "Z"


def insert(connection, table, columns, rows):
    names = columns.split()
    with connection.cursor() as cursor:
        cursor.executemany(f"""INSERT INTO hartonomous.{table} ({", ".join(names)}) OVERRIDING SYSTEM VALUE
                               VALUES ({", ".join(["%s"] * len(names))})""", rows)


def add_atoms(connection, tenant, b):
    """Texts, a chunk that is no text, and documents."""
    texts = {1: QUOTED, 2: LONG, 40: "a summary", 41: "a newer one"}
    insert(connection, "atom", "tenant_id atom_id modality subtype content_hash size atomic_value canonical_text created_at",
           [(tenant, b + n, "text", "sentence", bytes([n]) * 32, 100 + n, b"", text, at(0)) for n, text in texts.items()]
           + [(tenant, b + 3, "binary", "chunk", bytes([3]) * 32, 103, b"", None, at(0))]
           + [(tenant, b + n, "text", "document", bytes([n]) * 32, 1000 + n, b"", None, at(0)) for n in (10, 20, 30)])


def add_documents(connection, tenant, b):
    """An archive with two documents in it, of which the second holds a third; the archive delivered twice; one that is coming in."""
    add_atoms(connection, tenant, b)
    insert(connection, "composition_run", "tenant_id parent_atom_id first_sequence first_position components sizes",
           [(tenant, b + 10, 0, 0, [b + 1, b + 2, b + 1], [101, 102, 101]), (tenant, b + 10, 3, 304, [b + 3], [103]),
            (tenant, b + 30, 0, 0, [b + 2], [102])])
    insert(connection, "source", "tenant_id source_id file_name uri content_type size state root_atom_id parent_source_id relation depth"
                                 " problem delivered_by created_at completed_at",
           [(tenant, b + 100, "a.zip", "file:///a.zip", "application/zip", 1010, "complete", b + 10, None, None, 0, None, "alice", at(0), at(9)),
            (tenant, b + 101, QUOTED, None, "text/plain", 1020, "complete", b + 20, b + 100, "archive-entry", 1, "3 of 5 bytes",
             "hartonomous-ingestion", at(2.000001), at(8)),
            (tenant, b + 102, "c.eml", None, "message/rfc822", 1030, "atomizing", b + 30, b + 100, "archive-entry", 1, None,
             "hartonomous-ingestion", at(2), None),
            (tenant, b + 103, "d.txt", None, None, 7, "queued", None, b + 102, "attachment", 2, None, "hartonomous-ingestion", at(3), None),
            (tenant, b + 104, "e.txt", "https://example.org/e?x='y'", None, None, "staging", None, None, None, 0, "cut short", "Alice", at(4), None),
            (tenant, b + 105, "a.zip", "file:///a.zip", "application/zip", 1010, "complete", b + 10, None, None, 0, None, "alice", at(0), at(9))])
    insert(connection, "ingestion_job", "tenant_id root_atom_id atomizer atomizer_version unicode_version size problem started_at completed_at",
           [(tenant, b + 10, "archive", 1, "15.0", 1010, None, at(5), at(7.5)), (tenant, b + 20, "text", 1, "15.0", 1020, BROKEN, at(6), at(8)),
            (tenant, b + 30, "mail", 1, "15.0", 1030, None, at(7), None)])
    connection.execute("SELECT hartonomous.tell_graph('Source', %s, %s)", (tenant, [b + n for n in range(100, 106)]))


def add_operations(connection, tenant, b):
    insert(connection, "user_account", "tenant_id user_id name created_at", [(tenant, b + 1, "alice", at(0)), (tenant, b + 2, BRIEN, at(0))])
    insert(connection, "operation", "tenant_id operation_id operation_type name user_id state error_type error_text created_at ended_at",
           [(tenant, b + 200, "summarize", "nightly", b + 1, "complete", None, None, at(20), at(20.01)),
            (tenant, b + 201, "summarize", QUOTED, b + 2, "failed", "timeout", LATE, at(21), at(51)),
            (tenant, b + 202, "translate", None, None, "failed", "timeout", LATE, at(22), at(51)),
            (tenant, b + 203, "translate", None, b + 1, "failed", "Timeout", LATE.upper(), at(22), at(50.999999)),
            (tenant, b + 204, "translate", None, b + 1, "running", None, None, at(23), None),
            (tenant, b + 205, "😀", None, None, "complete", None, None, at(24), at(25)),
            (tenant, b + 206, TILDE, None, None, "failed", None, None, at(24), at(25)),
            (tenant, b + 207, "Translate", None, None, "failed", QUOTED, QUOTED, at(25), at(26))])
    insert(connection, "provenance_edge", "tenant_id child_atom_id parent_atom_id type derivation operation_id created_at",
           [(tenant, b + 40, b + 2, "DERIVED_FROM", "summary", b + 200, at(20)), (tenant, b + 40, b + 1, "DERIVED_FROM", "summary", b + 200, at(20)),
            (tenant, b + 40, b + 3, "DERIVED_FROM", "summary", b + 201, at(20)),
            (tenant, b + 41, b + 1, "SUPERSEDED_BY", "edit", b + 202, at(20)), (tenant, b + 41, b + 2, "DERIVED_FROM", "edit", None, at(20))])


def add_inferences(connection, tenant, b):
    insert(connection, "inference", "tenant_id inference_id task_type state error_type error_text created_at",
           [(tenant, b + 300, "answer", "failed", "memory", "out of memory", at(60)), (tenant, b + 301, "answer", "complete", None, None, at(61)),
            (tenant, b + 302, "classify", "failed", "timeout", LATE, at(10))])
    insert(connection, "inference_atom", "tenant_id inference_id role ordinal atom_id",
           [(tenant, b + 300, "input", 0, b + 1), (tenant, b + 300, "input", 1, b + 1), (tenant, b + 300, "used", 0, b + 2),
            (tenant, b + 301, "input", 0, b + 2), (tenant, b + 302, "output", 0, b + 40)])
    insert(connection, "generation_stream", "tenant_id stream_id name state error_text created_at ended_at",
           [(tenant, b + 400, "poem", "failed", "the model went away", at(30), at(31)), (tenant, b + 401, None, "complete", None, at(30), at(33)),
            (tenant, b + 402, None, "running", None, at(30), None)])
    insert(connection, "generated_atom", "tenant_id stream_id ordinal atom_id",
           [(tenant, b + 400, 0, b + 40), (tenant, b + 400, 1, b + 1), (tenant, b + 400, 2, b + 40), (tenant, b + 401, 0, b + 3)])


def add_world(connection, tenant, b):
    connection.execute("INSERT INTO hartonomous.tenant (tenant_id, name) VALUES (%s, 'a tenant')", (tenant,))
    add_documents(connection, tenant, b)
    add_operations(connection, tenant, b)
    add_inferences(connection, tenant, b)


# --- the answers, by hand; b is what a tenant's numbers begin with ------------------------------------------------------

PREVIEW = {1: ("text/sentence", QUOTED), 2: ("text/sentence", LONG[:100]), 3: ("binary/chunk", None), 40: ("text/sentence", "a summary"),
           41: ("text/sentence", "a newer one"), 10: ("text/document", None), 20: ("text/document", None), 30: ("text/document", None)}


def chunk(b, sequence, atom):
    return (b + 10, sequence, b + atom, PREVIEW[atom][0], 100 + atom, PREVIEW[atom][1])


def touched(b, operation, how, atom, size):
    return (f"operation {operation}", how, b + atom, PREVIEW[atom][0], size, PREVIEW[atom][1])


def document_cases(b):
    chunks = [chunk(b, 0, 1), chunk(b, 1, 2), chunk(b, 2, 1), chunk(b, 3, 3)]
    archive = (0, b + 100, "a.zip", "application/zip", 1010, b + 10, 4, 3, 407, 2)
    inside = [(1, b + 101, QUOTED, "text/plain", 1020, b + 20, 0, 0, 0, 0), (1, b + 102, "c.eml", "message/rfc822", 1030, b + 30, 1, 1, 102, 1)]
    delivered = {
        100: ("alice", b + 100, "a.zip", "file:///a.zip", "application/zip", 1010, "complete", None, b + 10, at(0), at(9)),
        101: ("hartonomous-ingestion", b + 101, QUOTED, None, "text/plain", 1020, "complete", "3 of 5 bytes", b + 20, at(2.000001), at(8)),
        102: ("hartonomous-ingestion", b + 102, "c.eml", None, "message/rfc822", 1030, "atomizing", None, b + 30, at(2), None),
        103: ("hartonomous-ingestion", b + 103, "d.txt", None, None, 7, "queued", None, None, at(3), None),
        104: ("Alice", b + 104, "e.txt", "https://example.org/e?x='y'", None, None, "staging", "cut short", None, at(4), None),
        105: ("alice", b + 105, "a.zip", "file:///a.zip", "application/zip", 1010, "complete", None, b + 10, at(0), at(9))}
    return [
        ("document-chunks", {"source": b + 100}, chunks),
        ("document-chunks", {"source": b + 105, "from": 1, "limit": 2}, chunks[1:3]),
        ("document-chunks", {"source": b + 100, "from": 4}, []),
        ("document-chunks", {"source": b + 101}, []),
        ("document-chunks", {"source": b + 104}, []),
        ("document-chunks", {"source": b + 99}, []),
        ("document-statistics", {"source": b + 100}, [archive, *inside]),
        ("document-statistics", {"source": b + 100, "limit": 2}, [archive, inside[0]]),
        ("document-statistics", {"source": b + 102}, [(0, *inside[1][1:]), (1, b + 103, "d.txt", None, 7, None, 0, 0, 0, 0)]),
        ("document-statistics", {"source": b + 104}, [(0, b + 104, "e.txt", None, None, None, 0, 0, 0, 0)]),
        ("document-statistics", {"source": b + 99}, []),
        ("documents-by-user", {"user": "alice"}, [delivered[105], delivered[100]]),
        ("documents-by-user", {"user": "Alice"}, [delivered[104]]),
        ("documents-by-user", {}, [delivered[n] for n in (104, 103, 101, 102, 105, 100)]),
        ("documents-by-user", {"limit": 3}, [delivered[n] for n in (104, 103, 101)]),
        ("documents-by-user", {"user": QUOTED}, []),
        ("documents-by-status", {}, [("complete", 3, 3040, 1, at(0), at(2.000001)), ("atomizing", 1, 1030, 0, at(2), at(2)),
                                     ("queued", 1, 7, 0, at(3), at(3)), ("staging", 1, 0, 1, at(4), at(4))]),
        ("documents-by-status", {"limit": 2}, [("complete", 3, 3040, 1, at(0), at(2.000001)), ("atomizing", 1, 1030, 0, at(2), at(2))]),
    ]


def operation_cases(b):
    failed = {
        201: (f"{b + 201}", "summarize", QUOTED, "timeout", LATE, BRIEN, at(21), at(51), 30_000000),
        202: (f"{b + 202}", "translate", None, "timeout", LATE, None, at(22), at(51), 29_000000),
        203: (f"{b + 203}", "translate", None, "Timeout", LATE.upper(), "alice", at(22), at(50.999999), 28_999999),
        207: (f"{b + 207}", "Translate", None, QUOTED, QUOTED, None, at(25), at(26), 1_000000),
        206: (f"{b + 206}", TILDE, None, None, None, None, at(24), at(25), 1_000000)}
    in_time = [
        (f"ingestion:{b + 10}", "ingestion", "archive", "complete", None, at(5), at(7.5), 2_500000),
        (f"ingestion:{b + 20}", "ingestion", "text", "complete", None, at(6), at(8), 2_000000),
        (f"ingestion:{b + 30}", "ingestion", "mail", "running", None, at(7), None, None),
        (f"{b + 200}", "summarize", "nightly", "complete", "alice", at(20), at(20.01), 10000),
        (f"{b + 201}", "summarize", QUOTED, "failed", BRIEN, at(21), at(51), 30_000000),
        (f"{b + 202}", "translate", None, "failed", None, at(22), at(51), 29_000000),
        (f"{b + 203}", "translate", None, "failed", "alice", at(22), at(50.999999), 28_999999),
        (f"{b + 204}", "translate", None, "running", "alice", at(23), None, None),
        (f"{b + 205}", "😀", None, "complete", None, at(24), at(25), 1_000000),
        (f"{b + 206}", TILDE, None, "failed", None, at(24), at(25), 1_000000),
        (f"{b + 207}", "Translate", None, "failed", None, at(25), at(26), 1_000000)]
    performance = [("translate", 2, 28_999999.5, 28_999999, 29_000000, 29_000000, 57_999999),
                   ("summarize", 2, 15_005000.0, 10000, 30_000000, 30_000000, 30_010000),
                   ("ingestion", 2, 2_250000.0, 2_000000, 2_500000, 2_500000, 4_500000),
                   ("Translate", 1, 1_000000.0, 1_000000, 1_000000, 1_000000, 1_000000),
                   (TILDE, 1, 1_000000.0, 1_000000, 1_000000, 1_000000, 1_000000),
                   ("😀", 1, 1_000000.0, 1_000000, 1_000000, 1_000000, 1_000000)]
    return [
        ("operation-atoms", {"operation": f"{b + 200}"}, [touched(b, b + 200, "input", 1, 101), touched(b, b + 200, "input", 2, 102),
                                                          touched(b, b + 200, "output", 40, 140)]),
        ("operation-atoms", {"operation": f"{b + 200}", "limit": 1}, [touched(b, b + 200, "input", 1, 101)]),
        ("operation-atoms", {"operation": f"{b + 202}"}, [touched(b, b + 202, "input", 1, 101), touched(b, b + 202, "output", 41, 141)]),
        ("operation-atoms", {"operation": f"ingestion:{b + 10}"}, [touched(b, f"ingestion:{b + 10}", "output", 10, 1010)]),
        *[("operation-atoms", {"operation": nobody}, [])
          for nobody in (f"{b + 205}", f"0{b + 200}", f"{b + 200} ", f"+{b + 200}", f"{b + 10}", f"ingestion:{b + 200}", "ingestion:", QUOTED, "9" * 30)],
        ("operation-failures", {}, [failed[n] for n in (201, 202, 203, 207, 206)]),
        ("operation-failures", {"type": "translate"}, [failed[202], failed[203]]),
        ("operation-failures", {"since": at(51)}, [failed[201], failed[202]]),
        ("operation-failures", {"since": at(50.999999), "type": "translate", "limit": 1}, [failed[202]]),
        ("operation-failures", {"type": "ingestion"}, []),
        ("operation-performance", {}, performance),
        ("operation-performance", {"limit": 1}, performance[:1]),
        ("operation-performance", {"since": at(24)}, performance[3:]),
        ("operations-by-time", {}, in_time),
        ("operations-by-time", {"since": at(20)}, in_time[3:]),
        ("operations-by-time", {"since": at(20.000001), "until": at(22)}, in_time[4:5]),
        ("operations-by-time", {"until": at(6.000001)}, in_time[:2]),
        ("operations-by-time", {"since": at(22), "limit": 3}, in_time[5:8]),
        ("operations-by-time", {"since": at(22), "until": at(22)}, []),
        ("operation-types", {}, [("ingestion", 3, 1, 2, 0, 3 / 11, at(5), at(7)), ("translate", 3, 1, 0, 2, 3 / 11, at(22), at(23)),
                                 ("summarize", 2, 0, 1, 1, 2 / 11, at(20), at(21)), ("Translate", 1, 0, 0, 1, 1 / 11, at(25), at(25)),
                                 (TILDE, 1, 0, 0, 1, 1 / 11, at(24), at(24)), ("😀", 1, 0, 1, 0, 1 / 11, at(24), at(24))]),
        ("operation-types", {"limit": 1}, [("ingestion", 3, 1, 2, 0, 3 / 11, at(5), at(7))]),
    ]


def affected(b, cause, how, atom, error, text, time):
    return (cause, how, b + atom, *PREVIEW[atom], error, text, at(time))


def error_cases(b):
    recent = [
        (at(60), "inference", f"{b + 300}", "answer", "memory", "out of memory"),
        (at(51), "operation", f"{b + 201}", "summarize", "timeout", LATE),
        (at(51), "operation", f"{b + 202}", "translate", "timeout", LATE),
        (at(50.999999), "operation", f"{b + 203}", "translate", "Timeout", LATE.upper()),
        (at(31), "generation", f"{b + 400}", "generation", None, "the model went away"),
        (at(26), "operation", f"{b + 207}", "Translate", QUOTED, QUOTED),
        (at(25), "operation", f"{b + 206}", TILDE, None, None),
        (at(10), "inference", f"{b + 302}", "classify", "timeout", LATE),
        (at(8), "ingestion", f"ingestion:{b + 20}", "ingestion", "problem", BROKEN),
        (at(8), "source", f"{b + 101}", "delivery", "problem", "3 of 5 bytes"),
        (at(4), "source", f"{b + 104}", "delivery", "problem", "cut short")]
    by_type = [
        ("problem", 3, 2, at(4), at(8), BROKEN), ("timeout", 3, 3, at(10), at(51), LATE),
        (None, 2, 2, at(25), at(31), "the model went away"),
        (QUOTED, 1, 1, at(26), at(26), QUOTED), ("Timeout", 1, 1, at(50.999999), at(50.999999), LATE.upper()),
        ("memory", 1, 1, at(60), at(60), "out of memory")]
    atoms = [
        affected(b, f"inference {b + 300}", "input", 1, "memory", "out of memory", 60),
        affected(b, f"inference {b + 300}", "used", 2, "memory", "out of memory", 60),
        affected(b, f"operation {b + 201}", "input", 3, "timeout", LATE, 51),
        affected(b, f"operation {b + 201}", "output", 40, "timeout", LATE, 51),
        affected(b, f"operation {b + 202}", "input", 1, "timeout", LATE, 51),
        affected(b, f"operation {b + 202}", "output", 41, "timeout", LATE, 51),
        affected(b, f"generation {b + 400}", "output", 1, None, "the model went away", 31),
        affected(b, f"generation {b + 400}", "output", 40, None, "the model went away", 31),
        affected(b, f"inference {b + 302}", "output", 40, "timeout", LATE, 10),
        affected(b, f"operation ingestion:{b + 20}", "output", 20, "problem", BROKEN, 8),
        affected(b, f"source {b + 101}", "document", 20, "problem", "3 of 5 bytes", 8)]
    by_operation = [
        ("operation", "translate", 3, 2, 2 / 3, 2, at(51)), ("source", "delivery", 6, 2, 2 / 6, 1, at(8)),
        ("generation", "generation", 3, 1, 1 / 3, 0, at(31)), ("inference", "answer", 2, 1, 0.5, 1, at(60)),
        ("inference", "classify", 1, 1, 1.0, 1, at(10)), ("ingestion", "ingestion", 3, 1, 1 / 3, 1, at(8)),
        ("operation", "Translate", 1, 1, 1.0, 1, at(26)), ("operation", "summarize", 2, 1, 0.5, 1, at(51)),
        ("operation", TILDE, 1, 1, 1.0, 0, at(25))]
    return [
        ("errors-recent", {}, recent),
        ("errors-recent", {"limit": 2}, recent[:2]),
        ("errors-recent", {"since": at(51)}, recent[:3]),
        ("errors-recent", {"since": at(61)}, []),
        ("errors-by-type", {}, by_type),
        ("errors-by-type", {"limit": 1}, by_type[:1]),
        ("errors-by-type", {"since": at(51)}, [("timeout", 2, 2, at(51), at(51), LATE), ("memory", 1, 1, at(60), at(60), "out of memory")]),
        ("error-atoms", {}, atoms),
        ("error-atoms", {"limit": 3}, atoms[:3]),
        ("error-atoms", {"since": at(31)}, atoms[:8]),
        ("errors-by-operation", {}, by_operation),
        ("errors-by-operation", {"limit": 1}, by_operation[:1]),
        ("errors-by-operation", {"since": at(60)}, [("inference", "answer", 2, 1, 0.5, 1, at(60))]),
        ("errors-repeated", {}, [("timeout", LATE, 3, 3, at(10), at(51))]),
        ("errors-repeated", {"since": at(51)}, [("timeout", LATE, 2, 2, at(51), at(51))]),
        ("errors-repeated", {"times": 4}, []),
    ]


NAMES = sorted({case[0] for case in document_cases(0) + operation_cases(0) + error_cases(0)})


IN_TIME = ("operation-failures", "operation-performance", "operations-by-time", "errors-recent")


def test_answers_are_those_made_by_hand_on_both_sides_for_each_tenant(graph, database, ctl, start, wait_until):
    """Numbers of the second tenant begin with 1000."""
    with database.connect() as connection, connection.transaction():
        add_world(connection, 1, 0)
        add_world(connection, 2, 1000)
    carry(database, start, wait_until)
    for name, parameters, rows in document_cases(0) + operation_cases(0) + error_cases(0):
        assert_answer(ctl, name, rows, tenant=1, **parameters)
    for name, parameters, rows in document_cases(1000) + operation_cases(1000) + error_cases(1000):
        if rows and set(parameters) <= {"source", "operation"}:
            assert_answer(ctl, name, rows, tenant=2, **parameters)
    another_tenants_numbers_are_no_answer(ctl)
    tenants_without_anything_have_empty_answers(ctl)
    zones_change_nothing(graph, database, ctl)


def another_tenants_numbers_are_no_answer(ctl):
    for name, parameters, rows in document_cases(1000) + operation_cases(1000):
        if rows and {"source", "operation"} & set(parameters):
            assert_answer(ctl, name, [], tenant=1, **parameters)


def tenants_without_anything_have_empty_answers(ctl):
    given = {"document-chunks": {"source": 100}, "document-statistics": {"source": 100}, "operation-atoms": {"operation": "200"}}
    for name in NAMES:
        for tenant in (0, 2147483647):
            assert_answer(ctl, name, [], tenant=tenant, **given.get(name, {}))


def zones_change_nothing(graph, database, ctl):
    """Times are instants: a database of another zone, and the same instants written to the graph in another, answer alike."""
    database.query(f"ALTER DATABASE {database.name} SET timezone = 'Asia/Kathmandu'")
    for label, name in (("Operation", "createdAt"), ("Operation", "endedAt"), ("Source", "createdAt"), ("Inference", "timestamp")):
        graph.query(f"MATCH (n:{label}) WHERE n.{name} IS NOT NULL SET n.{name} = datetime({{datetime: n.{name}, timezone: '+05:45'}})")
    for name, parameters, rows in operation_cases(0) + error_cases(0):
        if name in IN_TIME and "since" in parameters:
            assert_answer(ctl, name, rows, tenant=1, **parameters)


def test_a_limit_is_between_one_and_ten_thousand(database, ctl):
    given = {"document-chunks": ["source=1"], "document-statistics": ["source=1"], "operation-atoms": ["operation=1"]}
    for name in NAMES:
        for limit in ("0", "10001"):
            done = ctl("provenance", name, "tenant=1", *given.get(name, []), f"limit={limit}", "--from", "database", check=False)
            assert done.returncode != 0 and done.stdout == "" and "limit" in done.stderr
        ctl("provenance", name, "tenant=1", *given.get(name, []), "limit=10000", "--from", "database")


def test_percentiles_are_measured_durations_on_both_sides(graph, database, ctl, start, wait_until):
    """For each number of operations from 1 to 41, so that ranks fall on and between whole numbers."""
    expected, number = [], 0
    with database.connect() as connection, connection.transaction():
        connection.execute("INSERT INTO hartonomous.tenant (tenant_id, name) VALUES (1, 'a tenant')")
        for count in range(1, 42):
            durations = [(n * 7919) % 1000 + 1 for n in range(count)]
            insert(connection, "operation", "tenant_id operation_id operation_type state created_at ended_at",
                   [(1, number + n + 1, f"of {count:02}", "complete", at(n), at(n + duration)) for n, duration in enumerate(durations)])
            number += count
            ordered = [duration * 1000000 for duration in sorted(durations)]
            expected.append((f"of {count:02}", count, sum(ordered) / count, ordered[math.ceil(count / 2) - 1], ordered[-(-count * 19 // 20) - 1],
                             ordered[-1], sum(ordered)))
    carry(database, start, wait_until)
    assert_answer(ctl, "operation-performance", sorted(expected, key=lambda row: (-row[6], row[0])), tenant=1)
