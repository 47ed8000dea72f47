"""The whole path on real parts: documents in, atoms, vectors and a graph out, and the documents back."""

import json

import pytest

import corpus
import truth


@pytest.fixture
def pipeline(start, graph):
    """All three daemons on a fresh database and an empty graph, by name."""
    return {name: start(name) for name in ("ingestion", "graph-sync", "embedding")}


@pytest.fixture
def folder(tmp_path):
    """Documents of every kind the pipeline must bear, as files; {name: bytes} beside the path."""
    documents = {f"document-{n}.{'md' if n % 2 else 'txt'}": corpus.document(n) for n in range(12)}
    documents |= {
        "empty.txt": b"",
        "one-byte.txt": b"a",
        "no-newline.txt": b"A sentence without an end",
        "bom.txt": b"\xef\xbb\xbfBegins with a byte order mark. Goes on.\r\n",
        "crlf.txt": b"First line.\r\n\r\nSecond line.\r\n",
        "nul.txt": b"Some text\0with NUL bytes.\0 And more.",
        "invalid.txt": "Valid, then ".encode() + b"\xff\xfe\xc3(" + b" and valid again.",
        "latin1.txt": "Café crème à la carte.".encode("latin-1"),
        "blanks.txt": b" \n\t\n   ",
        "binary.bin": corpus.binary(1, 300_000),
        "two-steps.txt": corpus.long(5 << 20),
    }
    documents["same-as-0.txt"] = documents["document-0.txt"]
    assert len(documents["two-steps.txt"]) > 5 << 20
    path = tmp_path / "documents"
    path.mkdir()
    for name, data in documents.items():
        (path / name).write_bytes(data)
    return path, documents


def test_everything_goes_in_and_comes_out(pipeline, folder, ctl, database, graph):
    path, documents = folder
    ctl("ingest", "--wait", path, timeout=300)
    truth.drain(database, 300)
    truth.everything(database, ctl, graph, documents)
    # The same folder again: nothing new, and no work.
    before = database.query("SELECT count(*), max(atom_id) FROM hartonomous.atom")
    ctl("ingest", "--wait", path)
    truth.drain(database, 60)
    assert database.query("SELECT count(*), max(atom_id) FROM hartonomous.atom") == before
    truth.everything(database, ctl, graph, documents)


def test_search_lineage_and_status(pipeline, tmp_path, ctl, database):
    text = tmp_path / "animals.txt"
    text.write_text("The cat sleeps on the warm sofa. Interest rates rose again in October. A kitten naps near the heater.\n")
    ctl("ingest", "--wait", text)
    truth.drain(database, 60)
    found = json.loads(ctl("search", "--json", "-k", "2", "a sleeping kitten").stdout)
    rows = found["results"] if isinstance(found, dict) else found
    assert {row["text"].strip() for row in rows} == {"The cat sleeps on the warm sofa.", "A kitten naps near the heater."}
    root = database.value("SELECT root_atom_id FROM hartonomous.source")
    component = database.value("SELECT component_atom_id FROM hartonomous.composition WHERE sequence_index = 1")
    assert "INGESTED_FROM" in ctl("lineage", root).stdout
    assert text.as_uri() in ctl("lineage", "--json", component).stdout
    status = json.loads(ctl("status", "--json").stdout)
    assert all(queue["messages"] == 0 for queue in status["queues"])


def test_small_file_is_searchable_soon(pipeline, tmp_path, ctl, database, wait_until):
    """Not a benchmark: from `ingest` to its vector within seconds, by ringing and not by the slow poll."""
    text = tmp_path / "one.txt"
    text.write_text("A single small sentence.\n")
    ctl("ingest", text)
    wait_until(lambda: database.value("SELECT count(*) FROM hartonomous.embedding") == 1, 5)


def test_graph_catches_up_after_an_outage(pipeline, tmp_path, ctl, database, graph, wait_until):
    graph_sync = pipeline["graph-sync"]
    graph.stop()
    try:
        documents = {f"{n}.txt": corpus.document(n) for n in range(5)}
        for name, data in documents.items():
            (tmp_path / name).write_bytes(data)
            ctl("ingest", "--wait", tmp_path / name)
        wait_until(lambda: "neo4j" in graph_sync.status.lower(), 30, "STATUS= names Neo4j")
        assert truth.queued(database).get("Neo4jSyncQueue", 0) > 0
    finally:
        graph.start()
    truth.drain(database, 120)
    truth.everything(database, ctl, graph, documents)
