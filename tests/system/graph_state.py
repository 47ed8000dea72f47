"""What PostgreSQL says the graph should be, what the official driver says it is, and documents to try it with."""

import hashlib

import psycopg


def sha256(data):
    return hashlib.sha256(data).digest()


def add_atom(connection, tenant, modality, subtype, content, text=True):
    """The id of the atom with that content; made where there is none."""
    digest = sha256(content)
    connection.execute(
        """INSERT INTO hartonomous.atom (tenant_id, modality, subtype, content_hash, size, atomic_value, canonical_text)
           VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING""",
        (tenant, modality, subtype, digest, len(content), content if len(content) <= 64 else digest + content[:32],
         content.decode() if text else None))
    return connection.execute(
        """SELECT atom_id FROM hartonomous.atom WHERE tenant_id = %s AND modality = %s AND subtype = %s AND content_hash = %s""",
        (tenant, modality, subtype, digest)).fetchone()[0]


def add_tenant(connection, tenant):
    connection.execute("INSERT INTO hartonomous.tenant (tenant_id, name) VALUES (%s, 'a tenant') ON CONFLICT DO NOTHING", (tenant,))


def tell(connection, tenant, source):
    connection.execute(
        """SELECT broker.send_one('IngestionService', 'Neo4jSyncService', 'Neo4jSyncContract', 'AtomsCreated',
                                  jsonb_build_object('TenantId', %s::integer, 'SourceId', %s::bigint))""", (tenant, source))


def add_document(database, tenant, sentences, name="a.txt", run=1000, announce=True):
    """A complete source of these sentences, as ingestion leaves it, and the message that says so. (source id, root atom id)"""
    content = "".join(sentences).encode()
    with psycopg.connect(database.conninfo()) as connection:
        add_tenant(connection, tenant)
        known = {sentence: add_atom(connection, tenant, "text", "sentence", sentence.encode()) for sentence in dict.fromkeys(sentences)}
        root = add_atom(connection, tenant, "text", "document", content, text=False)
        for first in range(0, len(sentences), run):
            part = sentences[first:first + run]
            connection.execute(
                """INSERT INTO hartonomous.composition_run (tenant_id, parent_atom_id, first_sequence, first_position, components, sizes)
                   VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING""",
                (tenant, root, first, sum(len(s.encode()) for s in sentences[:first]) if first < 5000 else first,
                 [known[s] for s in part], [len(s.encode()) for s in part]))
        source = connection.execute(
            """INSERT INTO hartonomous.source (tenant_id, file_name, uri, content_type, size, content_hash, state, root_atom_id, completed_at)
               VALUES (%s, %s, %s, 'text/plain', %s, %s, 'complete', %s, now()) RETURNING source_id""",
            (tenant, name, "file:///" + name, len(content), sha256(content), root)).fetchone()[0]
        if announce:
            tell(connection, tenant, source)
    return source, root


def idle(database):
    """Has the queue of graph sync been worked off?"""
    return database.value("SELECT depth FROM broker.queue_status WHERE queue = 'Neo4jSyncQueue'") == 0


def dead_letters(database):
    return database.query("SELECT message_type, reason FROM broker.dead_letter WHERE queue = 'Neo4jSyncQueue' ORDER BY created_at")


def expected(database):
    """The graph as PostgreSQL has it: nodes and relationships as sorted lists."""
    return {
        "tenants": database.query("SELECT tenant_id, name FROM hartonomous.tenant ORDER BY 1"),
        "sources": database.query("""SELECT source_id, tenant_id, uri, file_name, content_type, size, encode(content_hash, 'hex'), state, version
                                     FROM hartonomous.source ORDER BY 1"""),
        "atoms": database.query("""SELECT atom_id, tenant_id, modality || '/' || subtype, encode(content_hash, 'hex'), size,
                                          left(canonical_text, 100), (extract(epoch FROM created_at) * 1000000)::bigint
                                   FROM hartonomous.atom ORDER BY 1"""),
        "belongs": database.query("SELECT source_id, tenant_id FROM hartonomous.source ORDER BY 1, 2"),
        "ingested": database.query("SELECT root_atom_id, source_id FROM hartonomous.source WHERE root_atom_id IS NOT NULL ORDER BY 1, 2"),
        "components": database.query("""SELECT parent_atom_id, sequence_index, component_atom_id, tenant_id FROM hartonomous.composition
                                        ORDER BY 1, 2, 3"""),
        "derived": database.query("""SELECT child_atom_id, parent_atom_id, derivation, operation_id, confidence
                                     FROM hartonomous.provenance_edge ORDER BY 1, 2"""),
    }


QUERIES = {
    "tenants": "MATCH (t:Tenant) RETURN t.tenantId, t.name ORDER BY t.tenantId",
    "sources": """MATCH (s:Source) RETURN s.sourceId, s.tenantId, s.uri, s.fileName, s.contentType, s.size, s.contentHash, s.state, s.version
                  ORDER BY s.sourceId""",
    "atoms": """MATCH (a:Atom) RETURN a.id, a.tenantId, a.atomType, a.contentHash, a.size, a.preview,
                                      a.createdAt.epochSeconds * 1000000 + a.createdAt.microsecond ORDER BY a.id""",
    "belongs": "MATCH (s:Source)-[:BELONGS_TO_TENANT]->(t:Tenant) RETURN s.sourceId, t.tenantId ORDER BY s.sourceId, t.tenantId",
    "ingested": "MATCH (a:Atom)-[:INGESTED_FROM]->(s:Source) RETURN a.id, s.sourceId ORDER BY a.id, s.sourceId",
    "components": """MATCH (p:Atom)-[h:HAS_COMPONENT]->(c:Atom) RETURN p.id, h.sequenceIndex, c.id, c.tenantId
                     ORDER BY p.id, h.sequenceIndex, c.id""",
    "derived": """MATCH (c:Atom)-[d:DERIVED_FROM]->(p:Atom) RETURN c.id, p.id, d.derivationType, d.operationId, d.confidence
                  ORDER BY c.id, p.id""",
}


def actual(neo4j):
    """The graph as the official driver has it, in the same form."""
    with neo4j.driver() as driver:
        return {name: [tuple(record.values()) for record in driver.execute_query(query).records] for name, query in QUERIES.items()}


def assert_equal(database, neo4j):
    want, have = expected(database), actual(neo4j)
    for name, rows in want.items():
        missing, surplus = set(rows) - set(have[name]), set(have[name]) - set(rows)
        assert not missing and not surplus, f"{name}: missing {sorted(missing, key=str)[:5]}, too many {sorted(surplus, key=str)[:5]}"
        assert len(rows) == len(have[name]), f"{name}: {len(have[name])} in the graph, {len(rows)} in PostgreSQL"
