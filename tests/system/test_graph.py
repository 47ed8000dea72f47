"""Graph sync and the graph's schema against a real Neo4j; the official driver is the witness."""

import glob
import json
import os
import signal

import psycopg
import pytest

from graph_state import actual, add_atom, add_document, add_tenant, assert_equal, dead_letters, idle, tell

SENTENCES = [f"Sentence number {n}. " for n in range(300)]


@pytest.fixture
def bare_graph(neo4j, settings):
    """A Neo4j without any of our nodes or schema, and settings that name it."""
    neo4j.wipe()
    settings.credential("neo4j-password", neo4j.password)
    settings.write("graph-sync", {"neo4j": {"url": neo4j.url}})
    return neo4j


def settled(database, wait_until, timeout=60):
    wait_until(lambda: idle(database), timeout, "the queue of graph sync is empty")


# --- schema ----------------------------------------------------------------------------------------------------------


def schema_of(neo4j):
    constraints = neo4j.query("SHOW CONSTRAINTS YIELD name, labelsOrTypes, properties RETURN name, labelsOrTypes, properties ORDER BY name")
    indexes = neo4j.query("""SHOW INDEXES YIELD name, type, owningConstraint, state WHERE type <> 'LOOKUP' AND owningConstraint IS NULL
                             RETURN name, state ORDER BY name""")
    return constraints, indexes


def test_schema_is_applied_and_applying_it_again_changes_nothing(bare_graph, ctl):
    done = ctl("graph", "apply")
    first = schema_of(bare_graph)
    assert len(first[0]) == 11 and len(first[1]) == 13
    assert all(row["state"] == "ONLINE" for row in first[1])
    assert bare_graph.query("MATCH (n:ReasoningMode|Context|DataClassification) RETURN count(n) AS n") == [{"n": 15}]
    assert bare_graph.query("MATCH (n:DataClassification {level: 'restricted'}) RETURN n.sensitivity AS s") == [{"s": 3}]
    assert "atom_id_exists" in done.stdout and "skipped" in done.stdout and "[6/6]" in done.stdout
    ctl("graph", "apply")
    assert schema_of(bare_graph) == first
    assert bare_graph.query("MATCH (n:ReasoningMode|Context|DataClassification) RETURN count(n) AS n") == [{"n": 15}]
    assert "Enterprise" in ctl("graph", "verify").stdout


@pytest.mark.parametrize("damage, name", [
    ("DROP INDEX atom_hash", "atom_hash"),
    ("DROP CONSTRAINT operation_id_unique", "operation_id_unique"),
    ("MATCH (n:Context {domain: 'multimodal'}) DETACH DELETE n", "multimodal"),
])
def test_verify_names_what_is_missing_and_apply_mends_it(graph, ctl, damage, name):
    graph.query(damage)
    found = ctl("graph", "verify", check=False)
    assert found.returncode != 0 and name in found.stdout + found.stderr
    ctl("graph", "apply")
    assert ctl("graph", "verify").returncode == 0


def test_apply_fails_where_an_object_cannot_be_made(bare_graph, ctl):
    bare_graph.query("CREATE (:Atom {id: 1, tenantId: 1}), (:Atom {id: 1, tenantId: 1})")
    done = ctl("graph", "apply", check=False)
    assert done.returncode != 0
    assert "atom_unique" in done.stdout and "[6/6]" in done.stdout
    assert len(schema_of(bare_graph)[0]) == 10, "the others are made all the same"


def test_apply_fails_where_the_name_is_taken_by_something_else(bare_graph, ctl):
    bare_graph.query("CREATE INDEX atom_hash FOR (n:Other) ON (n.other)")
    done = ctl("graph", "apply", check=False)
    assert done.returncode != 0
    assert "atom_hash" in done.stdout + done.stderr and "Other" in done.stdout + done.stderr


def test_wrong_password_missing_database_and_wrong_port_say_what_to_do(bare_graph, ctl, settings, cluster):
    settings.credential("neo4j-password", "not the password")
    done = ctl("graph", "verify", check=False)
    assert done.returncode != 0 and "neo4j-password" in done.stderr and "not the password" not in done.stderr
    settings.credential("neo4j-password", bare_graph.password)
    settings.write("graph-sync", {"neo4j": {"url": bare_graph.url, "database": "nowhere"}})
    done = ctl("graph", "verify", check=False)
    assert done.returncode != 0 and "database" in done.stderr
    settings.write("graph-sync", {"neo4j": {"url": "bolt://127.0.0.1:7687"}})
    done = ctl("graph", "verify", check=False)
    assert done.returncode != 0 and "http://" in done.stderr


# --- lineage ---------------------------------------------------------------------------------------------------------


def test_lineage_of_one_parent_is_one_row_of_depth_one(graph, database, ctl, start, wait_until):
    with psycopg.connect(database.conninfo()) as connection:
        add_tenant(connection, 1)
        for atom in (99999, 88888):
            connection.execute("""INSERT INTO hartonomous.atom (tenant_id, atom_id, modality, subtype, content_hash, size, atomic_value)
                                  OVERRIDING SYSTEM VALUE VALUES (1, %s, 'text', 'sentence', sha256(%s), 1, 'x')""",
                               (atom, str(atom).encode()))
        connection.execute("SELECT hartonomous.link_provenance(ARRAY[88888], 99999)")
    start("graph-sync")
    settled(database, wait_until)
    assert_equal(database, graph)
    lines = [line for line in ctl("lineage", "99999").stdout.splitlines() if "88888" in line]
    assert len(lines) == 1 and "DERIVED_FROM" in lines[0]


# --- sync ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("api", ["auto", "query", "transaction"])
def test_graph_equals_postgresql_and_a_repeat_changes_nothing(graph, database, start, wait_until, api):
    source, root = add_document(database, 1, SENTENCES)
    add_document(database, 1, SENTENCES, name="the same again.txt")
    add_document(database, 2, SENTENCES[:10], name="another tenant's.txt")
    add_document(database, 1, ["One line. "] * 50 + SENTENCES[:5], name="repetitive.txt")
    add_document(database, 1, [], name="empty.txt")
    daemon = start("graph-sync", neo4j={"api": api})
    settled(database, wait_until)
    assert_equal(database, graph)
    before = actual(graph)
    with database.connect() as connection:
        tell(connection, 1, source)
        connection.execute("SELECT hartonomous.enqueue_neo4j_sync('Composition', %s, 'UPDATE')", (root,))
        connection.execute("SELECT hartonomous.enqueue_neo4j_sync('Source', %s)", (source,))
        connection.execute("SELECT hartonomous.enqueue_neo4j_sync('Tenant', 1)")
    settled(database, wait_until)
    assert actual(graph) == before
    assert dead_letters(database) == []
    daemon.stop()


def test_big_documents_go_in_pieces_and_small_batches(graph, database, start, wait_until):
    add_document(database, 1, [f"Line {n} of many. " for n in range(3000)], run=700)
    add_document(database, 1, [f"Line {n % 7} of few. " for n in range(2000)], name="b.txt", run=333)
    start("graph-sync", neo4j={"batch_size": 90}, sync={"piece": 450})
    settled(database, wait_until, 120)
    assert_equal(database, graph)
    assert dead_letters(database) == []


def test_without_levels_documents_are_there_and_what_they_are_made_of_is_not(graph, database, ctl, settings, start, wait_until):
    add_document(database, 1, SENTENCES)
    daemon = start("graph-sync", sync={"levels": 0})
    settled(database, wait_until)
    assert graph.query("MATCH (a:Atom) RETURN a.atomType AS type") == [{"type": "text/document"}]
    assert graph.query("MATCH (:Atom)-[:INGESTED_FROM]->(:Source) RETURN count(*) AS n") == [{"n": 1}]
    ctl("graph", "check")
    daemon.stop()
    daemon = start("graph-sync", sync={"levels": 1})
    assert ctl("graph", "check", check=False).returncode == 1, "the components are wanted now"
    ctl("graph", "check", "--repair", "--yes")
    settled(database, wait_until)
    assert_equal(database, graph)


def test_a_document_that_outlives_its_source_is_told_of_by_the_deletion(graph, database, start, wait_until):
    """Its source went before graph sync came to it: nothing else would name what it is made of."""
    source, root = add_document(database, 1, SENTENCES[:3])
    with database.connect() as connection:
        summary = add_atom(connection, 1, "text", "sentence", b"In short.")
        connection.execute("SELECT hartonomous.link_provenance(ARRAY[%s]::bigint[], %s, 'summary')", (root, summary))
        connection.execute("SELECT * FROM hartonomous.delete_sources(1, %s)", ([source],))
    assert database.value("SELECT count(*) FROM hartonomous.atom WHERE atom_id = %s", (root,)) == 1
    start("graph-sync")
    settled(database, wait_until)
    assert len(graph.query("MATCH (:Atom {id: $root})-[c:HAS_COMPONENT]->() RETURN c.sequenceIndex AS i", root=root)) == 3
    assert_equal(database, graph)


def test_hand_made_changes_are_undone_by_a_repeat(graph, database, start, wait_until):
    source, root = add_document(database, 1, SENTENCES)
    start("graph-sync", sync={"piece": 100})
    settled(database, wait_until)
    graph.query("MATCH (p:Atom {id: $root})-[h:HAS_COMPONENT]->() WHERE h.sequenceIndex IN [3, 150, 299] DELETE h", root=root)
    graph.query("""MATCH (p:Atom {id: $root})-[h:HAS_COMPONENT {sequenceIndex: 7}]->(c), (p)-[:HAS_COMPONENT {sequenceIndex: 9}]->(d)
                         CREATE (p)-[:HAS_COMPONENT {sequenceIndex: 7}]->(d), (p)-[:HAS_COMPONENT {sequenceIndex: 5000}]->(c)""", root=root)
    graph.query("MATCH (s:Source {sourceId: $source}) SET s.fileName = 'changed'", source=source)
    with database.connect() as connection:
        tell(connection, 1, source)
    settled(database, wait_until)
    assert_equal(database, graph)
    assert dead_letters(database) == []


def leaves(plan):
    """Operators where the rows of a plan come from."""
    children = plan.get("children", [])
    return [leaf for child in children for leaf in leaves(child)] if children else [plan]


def test_every_statement_goes_by_unique_keys_also_while_the_graph_is_empty(graph):
    """A plan is made when a statement comes first, and kept while the graph grows: without statistics any index looks good."""
    graph.wipe(schema=False)
    folder = os.path.join(os.path.dirname(__file__), "..", "..", "src")
    hot = ["graph_sync/cypher/*"] + [f"graph_state/cypher/{name}" for name in (
        "write_atoms", "write_sources", "write_ingestion_jobs", "link_sources", "*link_edges", "link_derived_from", "link_superseded_by",
        "erase_atoms", "erase_sources", "erase_edges", "erase_classifications", "write_inferences", "write_access_events", "erase_inferences")]
    names = [name for pattern in hot for name in glob.glob(f"{folder}/{pattern}.cypher")]
    assert len(names) >= len(hot) + 2
    for name in names:
        with open(name, encoding="utf-8") as file, graph.driver() as driver:
            plan = driver.execute_query("EXPLAIN " + file.read()).summary.plan
        for leaf in leaves(plan):
            kind = leaf["operatorType"].split("@")[0]
            assert kind in ("NodeUniqueIndexSeek", "NodeUniqueIndexSeek(Locking)", "Unwind", "Argument", "EmptyRow"), (name, leaf)


def test_provenance_follows_postgresql_in_both_directions(graph, database, start, wait_until):
    with psycopg.connect(database.conninfo()) as connection:
        add_tenant(connection, 1)
        atoms = [add_atom(connection, 1, "text", "sentence", f"atom {n}".encode()) for n in range(6)]
        operation = connection.execute("SELECT hartonomous.begin_operation(1, 'summarize', 'run-1')").fetchone()[0]
        connection.execute("SELECT hartonomous.link_provenance(%s, %s, 'summary', operation_id => %s)", (atoms[1:], atoms[0], operation))
    start("graph-sync")
    settled(database, wait_until)
    assert_equal(database, graph)
    with database.connect() as connection:
        connection.execute("DELETE FROM hartonomous.provenance_edge WHERE parent_atom_id = %s", (atoms[1],))
        connection.execute("SELECT hartonomous.link_provenance(%s, %s)", ([atoms[5]], atoms[1]))
    settled(database, wait_until)
    assert_equal(database, graph)


def test_atoms_made_from_very_many_others(graph, database, start, wait_until):
    """A statement is bounded by what it does, not by its rows."""
    with psycopg.connect(database.conninfo()) as connection:
        add_tenant(connection, 1)
        parents = [add_atom(connection, 1, "text", "sentence", f"parent {n}".encode()) for n in range(400)]
        children = [add_atom(connection, 1, "text", "sentence", f"child {n}".encode()) for n in range(60)]
        connection.execute("""INSERT INTO hartonomous.provenance_edge (tenant_id, child_atom_id, parent_atom_id)
                              SELECT 1, c, p FROM unnest(%s::bigint[]) AS c CROSS JOIN unnest(%s::bigint[]) AS p""", (children, parents))
    start("graph-sync")
    settled(database, wait_until, 180)
    assert_equal(database, graph)
    assert dead_letters(database) == []


def test_what_is_gone_from_postgresql_leaves_the_graph_and_what_is_there_stays(graph, database, start, wait_until):
    source, root = add_document(database, 1, SENTENCES[:20])
    other, _ = add_document(database, 1, SENTENCES[10:30], name="b.txt")
    start("graph-sync")
    settled(database, wait_until)
    with psycopg.connect(database.conninfo()) as connection:
        connection.execute("DELETE FROM hartonomous.source WHERE source_id = %s", (source,))
        connection.execute("DELETE FROM hartonomous.atom WHERE atom_id = %s", (root,))
        for kind, entity in (("Source", source), ("Atom", root), ("Source", other)):
            connection.execute("SELECT hartonomous.enqueue_neo4j_sync(%s, %s, 'DELETE')", (kind, entity))
    settled(database, wait_until)
    assert_equal(database, graph)
    assert dead_letters(database) == []


def test_older_state_never_overwrites_newer(graph, database, start, wait_until):
    source, _ = add_document(database, 1, SENTENCES[:3])
    start("graph-sync")
    settled(database, wait_until)
    graph.query("MATCH (s:Source {sourceId: $source}) SET s.version = s.version + 1000, s.fileName = 'newer.txt'", source=source)
    with database.connect() as connection:
        tell(connection, 1, source)
    settled(database, wait_until)
    assert graph.query("MATCH (s:Source) RETURN s.fileName AS name") == [{"name": "newer.txt"}]


def test_values_are_data_and_never_cypher(graph, database, start, wait_until):
    nasty = ["'}) DETACH DELETE n //", '"}) MATCH (n) DETACH DELETE n', "`:Atom`", "\\u0027 \\", "{{$rows}}", "line\nbreak\ttab", "😀 \u2028 ü",
             "'; DROP CONSTRAINT atom_unique; //"]
    for number, text in enumerate(nasty):
        add_document(database, 1, nasty, name=f"{text} {number}")
    start("graph-sync")
    settled(database, wait_until)
    assert_equal(database, graph)
    with database.connect() as connection, pytest.raises(psycopg.errors.InvalidParameterValue):
        connection.execute("SELECT hartonomous.enqueue_neo4j_sync('Atom) DETACH DELETE (n', 1)")


BAD = [
    ("Neo4jSyncRequest", {"EntityType": "Concept", "EntityId": 5, "SyncType": "CREATE"}, "EntityType"),
    ("Neo4jSyncRequest", {"EntityType": "Inference", "EntityIds": [5, "6"]}, "item 2"),
    ("Neo4jSyncRequest", {"EntityType": "Atom", "SyncType": "CREATE"}, "EntityId"),
    ("Neo4jSyncRequest", {"EntityType": "Atom) DETACH DELETE (n", "EntityId": 5}, "EntityType"),
    ("Neo4jSyncRequest", {"EntityType": "Atom", "EntityId": 5, "SyncType": "DROP"}, "SyncType"),
    ("AtomsCreated", {"TenantId": 1}, "SourceId"),
    ("InferenceCompleted", {"InferenceId": 5}, "TenantId"),
]


def test_bad_messages_are_dead_letters_and_hold_nobody_up(graph, database, start, wait_until):
    with database.connect() as connection:
        for message_type, body, _ in BAD:
            connection.execute("SELECT broker.send_one('ClientService', 'Neo4jSyncService', 'Neo4jSyncContract', %s, %s::jsonb)",
                               (message_type, json.dumps(body)))
    add_document(database, 1, SENTENCES[:5])
    start("graph-sync")
    settled(database, wait_until)
    reasons = dead_letters(database)
    assert len(reasons) == len(BAD)
    for message_type, _, reason in BAD:
        assert any(kind == message_type and reason in text for kind, text in reasons), f"{reason}: {reasons}"
    assert_equal(database, graph)


def test_metrics_and_health(graph, database, start, wait_until):
    add_document(database, 1, SENTENCES)
    daemon = start("graph-sync")
    settled(database, wait_until)
    text = daemon.get("/metrics")[1]
    values = {line.split()[0]: float(line.split()[1]) for line in text.splitlines() if line and not line.startswith("#")}
    assert values["hartonomous_graph_rows_total"] >= 2 * len(SENTENCES)
    assert values["hartonomous_graph_requests_total"] > 3
    assert values["neo4j_sync_lag_seconds"] == 0
    status, body = daemon.get("/health")
    assert status == 200
    assert {"name": "Neo4j", "status": "Healthy"}.items() <= {check["name"]: check for check in json.loads(body)["checks"]}["Neo4j"].items()


# --- outages ---------------------------------------------------------------------------------------------------------

IMPATIENT = {"retry_base": "50ms", "retry_max": "200ms", "maintenance": "1s"}


def test_without_the_schema_nothing_is_written_until_it_is_there(bare_graph, database, ctl, start, wait_until):
    add_document(database, 1, SENTENCES)
    daemon = start("graph-sync", worker=IMPATIENT)
    wait_until(lambda: "hartonomousctl graph apply" in daemon.status, 30)
    assert "hartonomousctl graph apply" in daemon.log()
    assert bare_graph.query("MATCH (a:Atom) RETURN count(a) AS n") == [{"n": 0}]
    ctl("graph", "apply")
    settled(database, wait_until, 90)
    assert_equal(database, bare_graph)
    assert dead_letters(database) == []


def test_wrong_password_at_the_start_is_exit_78(graph, database, settings, start, wait_until):
    daemon = start("graph-sync", ready=False, neo4j={"user": "nobody"})
    assert daemon.wait_exit() == 78
    assert "neo4j-password" in daemon.log() and graph.password not in daemon.log()


def test_neo4j_down_at_the_start_then_up(graph, database, start, wait_until):
    add_document(database, 1, SENTENCES)
    graph.stop()
    try:
        daemon = start("graph-sync", worker=IMPATIENT)
        wait_until(lambda: "Neo4j" in daemon.status, 30)
        assert daemon.get("/health")[0] == 503 or "Degraded" in daemon.get("/health")[1]
    finally:
        graph.start()
    settled(database, wait_until, 90)
    assert_equal(database, graph)
    assert dead_letters(database) == []


def test_kills_of_neo4j_and_of_the_daemon_lose_and_double_nothing(graph, database, start, wait_until):
    for number in range(12):
        add_document(database, 1 + number % 2, [f"Line {n % 400} of {number % 5}. " for n in range(1500)], name=f"{number}.txt")
    daemon = start("graph-sync", worker={**IMPATIENT, "batch_size": 3}, neo4j={"batch_size": 100}, sync={"piece": 500}).supervise()

    def written():
        return graph.query("MATCH ()-[h:HAS_COMPONENT]->() RETURN count(h) AS n")[0]["n"]

    for kills, amount in enumerate((500, 2500, 5000, 8000)):
        wait_until(lambda: written() >= amount, 120)
        os.kill(daemon.pid, signal.SIGKILL)
        if kills % 2:
            graph.kill9()
            graph.start()
    settled(database, wait_until, 180)
    assert daemon.restarts >= 4
    assert_equal(database, graph)
    assert dead_letters(database) == []


def test_two_readers_do_not_disturb_each_other(graph, database, start, wait_until):
    for number in range(20):
        add_document(database, 1, [f"Line {n % 100}. " for n in range(number, 400 + number)], name=f"{number}.txt")
    first = start("graph-sync", worker={**IMPATIENT, "batch_size": 2}, common={"telemetry": {"enabled": False}})
    second = start("graph-sync", worker={**IMPATIENT, "batch_size": 2})
    settled(database, wait_until, 120)
    assert_equal(database, graph)
    assert dead_letters(database) == []
    assert "wait" not in first.log(), "nobody had to go back and wait"
    for daemon in (first, second):
        daemon.process.send_signal(signal.SIGTERM)
        assert daemon.wait_exit() == 0
