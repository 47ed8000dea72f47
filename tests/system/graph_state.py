"""Documents to try graph sync with, its queue, and the comparison of both sides (graph_model.py)."""

import hashlib

import psycopg

from graph_model import actual, assert_graph_is_as_documented as assert_equal, expected  # noqa: F401 - for the tests


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
