"""Every format people have, whole and broken: each document is given back byte for byte, stored once, taken apart where it can be,
and the daemon outlives all of them."""

import hashlib
import json
import os

import psycopg
import pytest

import format_corpus

GIVE_BACK = """
SELECT coalesce(string_agg(coalesce(CASE WHEN item.n IS NULL OR item.n = 1 THEN run.lead END, '') ||
                           coalesce(convert_to(a.canonical_text, 'UTF8'), a.content, a.atomic_value, '') || coalesce(item.separator, ''), ''
                           ORDER BY run.first_sequence, item.n), '')
FROM hartonomous.composition_run run
LEFT JOIN LATERAL unnest(run.components, run.separators) WITH ORDINALITY AS item (id, separator, n) ON true
LEFT JOIN hartonomous.atom a ON a.tenant_id = run.tenant_id AND a.atom_id = item.id
WHERE run.tenant_id = %s AND run.parent_atom_id = %s AND run.layer = 0"""


def stage(connection, content, name, tenant=1, uri=None, content_type=None):
    source = connection.execute("SELECT hartonomous.stage_begin(%s, %s, %s, %s)", (tenant, name, uri, content_type)).fetchone()[0]
    for index, start in enumerate(range(0, len(content), 1 << 20)):
        piece = content[start:start + (1 << 20)]
        connection.execute("SELECT hartonomous.stage_chunk(%s, %s, %s, 'plain', %s, %s)", (tenant, source, index, len(piece), piece))
    connection.execute("SELECT hartonomous.stage_commit(%s, %s, %s, %s)", (tenant, source, len(content), hashlib.sha256(content).digest()))
    return source


@pytest.fixture
def ingest(database, wait_until):
    """ingest({name: bytes}): {name: source id}, when these and all documents in them are complete or dead letters."""

    def is_idle():
        return database.value("SELECT NOT EXISTS (SELECT FROM hartonomous.source_status WHERE state NOT IN ('complete', 'failed'))")

    def run(documents, timeout=240, tenant=1):
        sources = {}
        with database.connect() as connection:
            for name, content in documents.items():
                sources[name] = stage(connection, content, os.path.basename(name) or name, tenant, "test:" + name)
            connection.commit()
        wait_until(is_idle, timeout, "all documents are complete or dead letters")
        return sources

    return run


def failures(database):
    return database.query("SELECT file_name, failure FROM hartonomous.source_status WHERE state = 'failed' ORDER BY source_id")


def give_back_all(database):
    """Each complete source, those found in others too, has the bytes that its hash says. How many there are."""
    rows = database.query("SELECT source_id, tenant_id, root_atom_id, size, content_hash, uri FROM hartonomous.source WHERE state = 'complete'")
    with database.connect() as connection:
        for source, tenant, root, size, digest, uri in rows:
            content = connection.execute(GIVE_BACK, (tenant, root)).fetchone()[0]
            assert (len(content), hashlib.sha256(content).digest()) == (size, bytes(digest)), (source, uri)
    return len(rows)


def counts(database):
    return database.query("SELECT (SELECT count(*) FROM hartonomous.atom), (SELECT count(*) FROM hartonomous.composition_run),"
                          " (SELECT count(*) FROM hartonomous.structure_run)")


def test_a_mixed_corpus(database, start, ingest):
    documents = {**format_corpus.shipped(), **format_corpus.made()}
    assert len(documents) >= 60, sorted(documents)
    daemon = start("ingestion")
    sources = ingest(documents)
    assert failures(database) == []
    assert give_back_all(database) >= len(documents)
    atomizers = dict(database.query("SELECT atomizer, count(*) FROM hartonomous.source_status GROUP BY 1"))
    assert {"archive", "charset", "chunks", "code", "csv", "html", "image", "json", "mail", "markdown", "text", "xml", "yaml"} <= set(atomizers)
    before = counts(database)
    ingest({"again/" + name: content for name, content in documents.items()})
    assert counts(database) == before, "a repeated document makes no atom, no composition and no node"
    # Nothing in the structure points outside the document.
    assert database.query("SELECT s.root_atom_id, s.node FROM hartonomous.structure s JOIN hartonomous.ingestion_job j USING (tenant_id, root_atom_id)"
                          " WHERE s.first_sequence < 0 OR s.end_sequence < s.first_sequence OR s.end_sequence > j.next_sequence"
                          "    OR s.parent_node >= s.node LIMIT 5") == []
    assert daemon.process.poll() is None
    assert sources["letter.eml"] in [source for (source,) in database.query("SELECT source_id FROM hartonomous.source_status WHERE metadata ->> 'subject' = 'Hello'")]


def test_documents_in_documents(database, start, ingest):
    """Each entry is a source with a parent, its atom derived from the archive's, and the tree names it."""
    documents = format_corpus.made()
    inner = {name: content for name, content in documents.items() if "all." not in name and not name.endswith(".gz")}
    start("ingestion")
    source = ingest({"all.zip": documents["all.zip"]})["all.zip"]
    found = database.query("SELECT file_name, uri, relation, depth, content_hash, state FROM hartonomous.source WHERE parent_source_id = %s", (source,))
    assert {name for name, *_ in found} == set(inner)
    for name, uri, relation, depth, digest, state in found:
        assert (uri, relation, depth, bytes(digest), state) == (f"test:all.zip#folder/{name}", "archive-entry", 1, hashlib.sha256(inner[name]).digest(), "complete")
    edges = database.query("SELECT child.file_name, e.derivation FROM hartonomous.provenance_edge e"
                           " JOIN hartonomous.source parent ON parent.root_atom_id = e.parent_atom_id AND parent.source_id = %s"
                           " JOIN hartonomous.source child ON child.root_atom_id = e.child_atom_id AND child.parent_source_id = parent.source_id", (source,))
    assert sorted(edges) == sorted((name, "archive-entry") for name in inner)
    nodes = database.query("SELECT n.label, n.metadata ->> 'sha256', n.metadata ->> 'size' FROM hartonomous.structure n JOIN hartonomous.source s USING (tenant_id, root_atom_id)"
                           " WHERE s.source_id = %s AND n.kind = 'archive-entry'", (source,))
    assert sorted(nodes) == sorted((f"folder/{name}", hashlib.sha256(content).hexdigest(), str(len(content))) for name, content in inner.items())
    # The same archive under another name has no documents of its own: they are known.
    ingest({"copy.zip": documents["all.zip"]})
    assert database.value("SELECT count(*) FROM hartonomous.source WHERE parent_source_id IS NOT NULL") == len(inner)


def test_a_picture_of_four_pixels(database, start, ingest):
    red, green, blue = b"\xff\0\0\xff", b"\0\xff\0\xff", b"\0\0\xff\xff"
    start("ingestion")
    source = ingest({"four.png": format_corpus.picture([red, green, red, blue], 2)})["four.png"]
    pixels = database.query("SELECT a.atomic_value, c.sequence_index FROM hartonomous.composition c JOIN hartonomous.source s ON s.root_atom_id = c.parent_atom_id"
                            " JOIN hartonomous.atom a ON a.atom_id = c.component_atom_id"
                            " WHERE s.source_id = %s AND c.layer = 1 ORDER BY c.sequence_index", (source,))
    assert [bytes(value) for value, _ in pixels] == [red, green, red, blue]
    assert database.value("SELECT count(*) FROM hartonomous.atom WHERE modality = 'image' AND subtype = 'pixel'") == 3
    assert database.value("SELECT encode(content_hash, 'hex') FROM hartonomous.atom WHERE subtype = 'pixel' AND atomic_value = %s", (red,)) == \
        "34aaa746c25a0f105c4316bbb1f009aa359f49582656ee97d73c58132d563423"


def test_a_transparent_pixel_is_no_weight(database, start, ingest):
    """Four zero bytes are a pixel and a weight, and those are two atoms."""
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    start("ingestion")
    ingest({"clear.png": format_corpus.picture([bytes(4)], 1), "one.safetensors": len(header).to_bytes(8, "little") + header + bytes(4)})
    kinds = database.query("SELECT modality, subtype FROM hartonomous.atom WHERE content_hash = %s", (hashlib.sha256(bytes(4)).digest(),))
    assert sorted(kinds) == [("image", "pixel"), ("model", "weights")]


def test_bombs(database, start, ingest):
    """Small files that want much: each is stored with a reason, or a dead letter with one; memory stays bounded."""
    daemon = start("ingestion", limits={"children": 2000})
    pid = daemon.pid
    ingest(format_corpus.bombs(), timeout=300)
    assert daemon.pid == pid and daemon.process.poll() is None
    give_back_all(database)
    # A parser that gives up by itself is a problem told, not a crash that is tried again and again.
    assert failures(database) == []
    problems = dict(database.query("SELECT file_name, problem FROM hartonomous.source_status WHERE parent_source_id IS NULL"))
    for name in ("laughs.xml", "deep.json", "deep-open.json", "huge.png", "wide.png", "zeros.zip", "zeros.gz", "many.zip", "quoted.csv", "huge.gguf", "claims.safetensors"):
        assert problems[name], name
    assert "many.zip" in problems and "2000" in problems["many.zip"]
    assert database.value("SELECT max(depth) FROM hartonomous.source") == 8
    names = [name for (name,) in database.query("SELECT uri FROM hartonomous.source WHERE uri LIKE 'test:paths.zip#%%'")]
    assert "test:paths.zip#../../etc/passwd" in names


@pytest.mark.parametrize("format_name", format_corpus.FORMATS)
def test_broken_documents(database, start, ingest, format_name):
    """Samples of a format, cut and damaged: each is stored, the daemon stays."""
    files = format_corpus.samples()[format_name]
    assert files, f"the fuzz target {format_name} has no corpus"
    small = dict(sorted(files.items(), key=lambda item: (len(item[1]), item[0]))[-8:])
    documents = {}
    for number, (name, content) in enumerate(small.items()):
        documents[name] = content
        documents.update({f"{name} damaged {n}": part for n, part in enumerate(format_corpus.damaged(content, number))})
    middle = min(files.values(), key=lambda content: abs(len(content) - 1500))
    documents.update({f"cut {n}": part for n, part in enumerate(format_corpus.cuts(middle[:3000]))})
    daemon = start("ingestion")
    ingest(documents)
    assert daemon.process.poll() is None
    assert failures(database) == []
    assert give_back_all(database) >= len(documents)


def test_a_reader_that_dies_in_mid_document(database, start, ingest, wait_until):
    """The daemon is killed again and again while documents with many parts are read: nothing is lost or doubled."""
    entries = {f"{n:04}.txt": b"Sentence %d of many. It ends here." % n for n in range(1500)}
    pixels = [bytes([x % 251, x // 7 % 256, x * x % 256, 255]) for x in range(512 * 512)]
    table = b"number,text\n" + b"".join(b"%d,row %d\n" % (n, n) for n in range(200_000))
    documents = {"many.zip": format_corpus.zipped(entries), "noise.png": format_corpus.picture(pixels, 512), "table.csv": table}
    with database.connect() as connection:
        for name, content in documents.items():
            stage(connection, content, name, uri="test:" + name)
        connection.commit()
    daemon = start("ingestion")
    for _ in range(3):  # five deaths on one message would make it a dead letter
        wait_until(lambda: "reading source" in daemon.status, 60, "it reads a document")
        daemon.kill()
        daemon = start("ingestion")
    ingest({"last.txt": b"Last one."}, timeout=300)
    assert failures(database) == []
    assert give_back_all(database) == len(documents) + len(entries) + 1
    assert database.value("SELECT count(*) FROM hartonomous.source WHERE relation = 'archive-entry'") == len(entries)
    rows = database.value("SELECT j.next_sequence FROM hartonomous.source_status s JOIN hartonomous.ingestion_job j USING (tenant_id, root_atom_id) WHERE s.file_name = 'table.csv'")
    assert rows == 200_001
    tiles = database.value("SELECT sum(cardinality(r.components)) FROM hartonomous.composition_run r JOIN hartonomous.source s ON s.root_atom_id = r.parent_atom_id"
                           " WHERE s.file_name = 'noise.png' AND r.layer = 1")
    assert tiles == 128 * 128


def test_a_declared_type_that_is_wrong_is_recorded(database, start, ingest, wait_until):
    start("ingestion")
    with database.connect() as connection:
        source = stage(connection, format_corpus.picture([b"\1\2\3\4"], 1), "photo.jpg", content_type="image/jpeg")
        connection.commit()
    wait_until(lambda: database.value("SELECT state FROM hartonomous.source WHERE source_id = %s", (source,)) == "complete", 30, "it is complete")
    assert database.query("SELECT declared_content_type, content_type FROM hartonomous.source WHERE source_id = %s", (source,)) == [("image/jpeg", "image/png")]


def test_the_database_refuses_nonsense(database):
    """What the daemon relies on is checked by the database too."""
    with database.connect() as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("INSERT INTO hartonomous.tenant VALUES (1) ON CONFLICT DO NOTHING")
        connection.execute("INSERT INTO hartonomous.source (tenant_id, file_name, relation) VALUES (1, 'x', 'archive-entry')")


def test_waiting_for_an_archive_is_waiting_for_what_is_in_it(database, start, ctl, tmp_path):
    """`ingest --wait` comes back when the entries are complete too, and those in them."""
    inner = format_corpus.zipped({f"{n}.txt": b"Inner sentence %d." % n for n in range(300)})
    (tmp_path / "outer.zip").write_bytes(format_corpus.zipped({"inner.zip": inner, **{f"{n}.txt": b"Outer sentence %d." % n for n in range(300)}}))
    start("ingestion")
    ctl("ingest", "--wait", str(tmp_path / "outer.zip"))
    assert database.query("SELECT state, depth, count(*) FROM hartonomous.source GROUP BY 1, 2 ORDER BY 2") == [
        ("complete", 0, 1), ("complete", 1, 301), ("complete", 2, 300)]


def test_the_graph_knows_documents_in_documents(graph, database, start, ingest, wait_until):
    """Entries are derived from their archive; of a picture the document goes to the graph, its pixels do not."""
    letter = format_corpus.made()["letter.eml"]
    picture = format_corpus.picture([b"\1\2\3\4"] * 64, 8)
    start("ingestion")
    ingest({"all.zip": format_corpus.zipped({"letter.eml": letter, "photo.png": picture})})
    start("graph-sync")
    queue = "SELECT count(*) FROM broker.message m JOIN broker.queue q USING (queue_id) WHERE q.name = 'Neo4jSyncQueue'"
    wait_until(lambda: database.value(queue) == 0, 60, "the graph is up to date")
    entries = graph.query("MATCH (c:Atom)-[r:DERIVED_FROM]->(p:Atom)-[:INGESTED_FROM]->(s:Source {fileName: 'all.zip'})"
                          " MATCH (c)-[:INGESTED_FROM]->(d:Source) RETURN d.fileName AS name, r.derivationType AS how ORDER BY name")
    assert entries == [{"name": "letter.eml", "how": "archive-entry"}, {"name": "photo.png", "how": "archive-entry"}]
    parts = graph.query("MATCH (s:Source)<-[:INGESTED_FROM]-(a:Atom) RETURN s.fileName AS name, COUNT { (a)-[:HAS_COMPONENT]->() } AS parts ORDER BY name")
    stored = dict(database.query("SELECT file_name, components FROM hartonomous.source_status"))
    assert parts == [{"name": "all.zip", "parts": stored["all.zip"]}, {"name": "letter.eml", "parts": stored["letter.eml"]}, {"name": "photo.png", "parts": 0}]
    assert graph.query("MATCH (a:Atom) WHERE a.atomType IN ['image/tile', 'image/pixel'] RETURN count(a) AS n") == [{"n": 0}]


def test_every_entry_of_a_big_archive_is_described(database, start, ingest):
    """Nodes are stored some ten thousand at a time; none loses what is known of it at such a seam."""
    entries = {f"{n}": b"%d" % n for n in range(17_000)}
    start("ingestion")
    source = ingest({"big.zip": format_corpus.zipped(entries)})["big.zip"]
    assert database.query("SELECT count(*), count(n.metadata ->> 'sha256'), count(DISTINCT n.label) FROM hartonomous.structure n JOIN hartonomous.source s USING (tenant_id, root_atom_id)"
                          " WHERE s.source_id = %s", (source,)) == [(17_000, 17_000, 17_000)]
