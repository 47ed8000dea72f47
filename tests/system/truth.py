"""What must hold after any load, however it was disturbed. Each function fails with what is wrong.

PostgreSQL is read by psycopg and Neo4j by its official driver, so the witnesses share no code with what they judge."""

import hashlib

from waiting import wait_until

FAILED_MESSAGES = "SELECT queue, message_type, reason, error_text, body::text FROM broker.dead_letter ORDER BY created_at"


def queued(database):
    """Messages that are not done yet, per queue that has any."""
    return dict(database.query("SELECT queue, depth FROM broker.queue_status WHERE depth > 0"))


def drain(database, timeout):
    """Waits until every queue is empty."""
    wait_until(lambda: not queued(database), timeout, "every queue is empty", interval=0.1)


def nothing_is_dead(database):
    assert database.query(FAILED_MESSAGES) == []


def sources_by_name(database):
    """{file name: [(source id, state)]}."""
    found = {}
    for name, source, state in database.query("SELECT file_name, source_id, state FROM hartonomous.source_status ORDER BY source_id"):
        found.setdefault(name, []).append((source, state))
    return found


def every_source_is_reconstructable(database, ctl, documents):
    """documents: {file name: bytes}. Each came in at least once, each delivery is complete and gives its bytes back."""
    sources = sources_by_name(database)
    assert set(sources) == set(documents)
    for name, deliveries in sources.items():
        for source, state in deliveries:
            assert state == "complete", f"{name}, source {source}: {state}"
            given_back = ctl("reconstruct", source, text=False).stdout
            assert given_back == documents[name], f"{name}, source {source}: {len(given_back)} bytes given back, {len(documents[name])} went in"


def atoms_are_whole(database):
    """Every atom's digest is that of its bytes, none is doubled, none is without use, compositions have no gap."""
    rows = database.query("SELECT atom_id, content_hash, size, coalesce(convert_to(canonical_text, 'UTF8'), content, atomic_value),"
                          " EXISTS (SELECT FROM hartonomous.composition_run run WHERE run.tenant_id = atom.tenant_id AND run.parent_atom_id = atom_id)"
                          " FROM hartonomous.atom")
    for atom, digest, size, content, composed in rows:
        if not composed and (size == len(content)):
            assert hashlib.sha256(content).digest() == digest, f"atom {atom}"
        else:
            assert composed, f"atom {atom} has {size} bytes but neither content nor composition"
    assert database.query("SELECT tenant_id, modality, subtype, content_hash, count(*) FROM hartonomous.atom"
                          " GROUP BY 1, 2, 3, 4 HAVING count(*) > 1") == []
    assert database.query("SELECT atom_id FROM hartonomous.atom a WHERE NOT EXISTS (SELECT FROM hartonomous.composition c"
                          " WHERE c.tenant_id = a.tenant_id AND c.component_atom_id = a.atom_id)"
                          " AND NOT EXISTS (SELECT FROM hartonomous.source s WHERE s.tenant_id = a.tenant_id AND s.root_atom_id = a.atom_id)") == []
    assert database.query("SELECT parent_atom_id, count(*), max(sequence_index) FROM hartonomous.composition GROUP BY 1"
                          " HAVING count(*) <> max(sequence_index) + 1 OR count(DISTINCT sequence_index) <> count(*)") == []
    assert database.query("SELECT c.parent_atom_id FROM hartonomous.composition c LEFT JOIN hartonomous.atom a"
                          " ON a.tenant_id = c.tenant_id AND a.atom_id = c.component_atom_id WHERE a.atom_id IS NULL OR a.size <> c.size") == []


def nothing_is_left_staged(database):
    assert database.value("SELECT count(*) FROM hartonomous.content_chunk") == 0
    assert database.query("SELECT root_atom_id FROM hartonomous.ingestion_job WHERE completed_at IS NULL OR byte_offset <> size") == []


def every_component_has_a_vector(database):
    """Components that are text have exactly one unit vector for the one model; documents, blanks and bytes that are no text have none."""
    assert database.value("SELECT count(*) FROM hartonomous.model") == 1
    wrong = database.query("SELECT a.atom_id, a.subtype, a.canonical_text FROM hartonomous.atom a"
                           " CROSS JOIN LATERAL (SELECT a.modality = 'text' AND coalesce(btrim(a.canonical_text, E' \\t\\r\\n'), '') <> '' AND NOT EXISTS"
                           " (SELECT FROM hartonomous.source s WHERE s.tenant_id = a.tenant_id AND s.root_atom_id = a.atom_id) AS wanted) AS w"
                           " WHERE w.wanted <> EXISTS (SELECT FROM hartonomous.embedding e WHERE e.tenant_id = a.tenant_id AND e.atom_id = a.atom_id)")
    assert wrong == [], wrong[:10]
    assert database.query("SELECT e.atom_id, v.length FROM hartonomous.embedding e JOIN hartonomous.model m USING (model_id)"
                          " CROSS JOIN LATERAL (SELECT sqrt(sum(x::float8 * x)) AS length, count(*) AS n FROM unnest(e.vector) AS x) AS v"
                          " WHERE abs(v.length - 1) > 1e-3 OR v.n <> m.dimension") == []


# Each pair selects the same rows from PostgreSQL and from Neo4j.
GRAPH = {
    "tenants": ("SELECT tenant_id FROM hartonomous.tenant", "MATCH (n:Tenant) RETURN n.tenantId"),
    "sources": ("SELECT tenant_id, source_id, file_name, encode(content_hash, 'hex') FROM hartonomous.source",
                "MATCH (n:Source) RETURN n.tenantId, n.sourceId, n.fileName, n.contentHash"),
    "atoms": ("SELECT tenant_id, atom_id, encode(content_hash, 'hex') FROM hartonomous.atom",
              "MATCH (n:Atom) RETURN n.tenantId, n.id, n.contentHash"),
    "ingested from": ("SELECT tenant_id, root_atom_id, source_id FROM hartonomous.source WHERE root_atom_id IS NOT NULL",
                      "MATCH (a:Atom)-[:INGESTED_FROM]->(s:Source) RETURN a.tenantId, a.id, s.sourceId"),
    "components": ("SELECT tenant_id, parent_atom_id, sequence_index, component_atom_id FROM hartonomous.composition",
                   "MATCH (p:Atom)-[r:HAS_COMPONENT]->(c:Atom) RETURN p.tenantId, p.id, r.sequenceIndex, c.id"),
    "derived from": ("SELECT tenant_id, child_atom_id, parent_atom_id FROM hartonomous.provenance_edge WHERE type = 'DERIVED_FROM'",
                     "MATCH (c:Atom)-[:DERIVED_FROM]->(p:Atom) RETURN c.tenantId, c.id, p.id"),
}


def graph_equals_database(database, neo4j):
    """Row for row, doubled ones included; and there is nothing else in the graph than the pipeline's labels."""
    with neo4j.driver() as driver:
        for what, (sql, cypher) in GRAPH.items():
            expected = sorted(database.query(sql))
            found = sorted(tuple(record.values()) for record in driver.execute_query(cypher).records)
            missing, unexpected = set(expected) - set(found), set(found) - set(expected)
            assert found == expected, (f"{what}: {len(expected)} in PostgreSQL, {len(found)} in Neo4j; missing {sorted(missing)[:5]}, "
                                       f"unexpected {sorted(unexpected)[:5]}")


def everything(database, ctl, neo4j, documents):
    nothing_is_dead(database)
    every_source_is_reconstructable(database, ctl, documents)
    atoms_are_whole(database)
    nothing_is_left_staged(database)
    every_component_has_a_vector(database)
    graph_equals_database(database, neo4j)
