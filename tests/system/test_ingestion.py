"""Ingestion on a real database: what goes in can be given back byte for byte, and is stored once.

Documents are staged and read by plain SQL here, so that the tests depend on no program but the daemon."""

import base64
import hashlib
import json
import os
import random
import re
import signal

import psycopg
import pytest

MIB = 1 << 20


def sha256(content):
    return hashlib.sha256(content).digest()


def stage(database, content, name="document", tenant=1, content_type=None, uri=None, digest=None, part=MIB, send=True):
    """Stages as any client does; returns the source id."""
    with database.connect() as connection, connection.transaction():
        source = connection.execute("SELECT hartonomous.stage_begin(%s, %s, %s, %s)", (tenant, name, uri, content_type)).fetchone()[0]
        for index, start in enumerate(range(0, len(content), part)):
            piece = content[start:start + part]
            connection.execute("SELECT hartonomous.stage_chunk(%s, %s, %s, 'plain', %s, %s)", (tenant, source, index, len(piece), piece))
        if send:
            connection.execute("SELECT hartonomous.stage_commit(%s, %s, %s, %s)", (tenant, source, len(content), digest or sha256(content)))
    return source


def state(database, source):
    return database.value("SELECT state FROM hartonomous.source WHERE source_id = %s", (source,))


def give_back(database, source):
    """The document from its atoms: runs, leads, components, separators; positions are checked on the way."""
    tenant, root, size = database.query("SELECT tenant_id, root_atom_id, size FROM hartonomous.source WHERE source_id = %s", (source,))[0]
    rows = database.query(
        "SELECT run.first_sequence, run.first_position, run.lead, item.n, a.size, item.size,"
        " coalesce(convert_to(a.canonical_text, 'UTF8'), a.content, a.atomic_value), coalesce(item.separator, '')"
        " FROM hartonomous.composition_run run"
        " CROSS JOIN LATERAL unnest(run.components, run.sizes, run.separators) WITH ORDINALITY AS item (id, size, separator, n)"
        " JOIN hartonomous.atom a ON a.tenant_id = run.tenant_id AND a.atom_id = item.id"
        " WHERE run.tenant_id = %s AND run.parent_atom_id = %s AND run.layer = 0 ORDER BY run.first_sequence, item.n", (tenant, root))
    content, sequence = bytearray(), 0
    for first, position, lead, number, atom_size, run_size, value, separator in rows:
        if number == 1:
            assert (first, position) == (sequence, len(content))
            assert lead is None or first == 0
            content += lead or b""
        assert atom_size == run_size == len(value)
        content += value + separator
        sequence += 1
    assert len(content) == size
    return bytes(content)


def check(database, source, content):
    """The source is complete, its document atom is what reference.md says, and it can be given back."""
    assert give_back(database, source) == content
    subtype, size, digest, value, full, text, metadata, declared = database.query(
        "SELECT a.subtype, a.size, a.content_hash, a.atomic_value, a.content, a.canonical_text, a.metadata, s.content_type"
        " FROM hartonomous.source s JOIN hartonomous.atom a ON a.tenant_id = s.tenant_id AND a.atom_id = s.root_atom_id"
        " WHERE s.source_id = %s", (source,))[0]
    assert (size, digest, full, text) == (len(content), sha256(content), None, None)
    assert value == (content if len(content) <= 64 else sha256(content) + content[:32])
    assert metadata == (None if len(content) <= 64 else {"overflow": True, "original_size": len(content)})
    assert database.value("SELECT count(*) FROM hartonomous.content_chunk WHERE source_id = %s", (source,)) == 0
    assert database.value("SELECT j.byte_offset = j.size AND j.completed_at IS NOT NULL FROM hartonomous.ingestion_job j"
                          " JOIN hartonomous.source s ON s.tenant_id = j.tenant_id AND s.root_atom_id = j.root_atom_id"
                          " WHERE source_id = %s", (source,))
    return subtype, declared


@pytest.fixture
def complete(database, wait_until):
    """complete(source, …): waits until all are."""

    def run(*sources, timeout=60):
        wait_until(lambda: database.value("SELECT bool_and(state = 'complete') FROM hartonomous.source WHERE source_id = ANY (%s)",
                                          (list(sources),)), timeout, "sources are complete")

    return run


def messages(database, queue, message_type):
    """Bodies that wait in a queue."""
    return [body for (body,) in database.query(
        "SELECT m.body FROM broker.message m JOIN broker.queue q USING (queue_id)"
        " WHERE q.name = %s AND m.message_type = %s ORDER BY m.id", (queue, message_type))]


def atomizer_of(daemon):
    """Process id of its child, or None."""
    with open(f"/proc/{daemon.pid}/task/{daemon.pid}/children", encoding="ascii") as children:
        found = children.read().split()
    return int(found[0]) if found else None


DOCUMENTS = {
    "empty": (b"", "document"),
    "hello": (b"Hello", "document"),
    "64": (b"A" * 64, "document"),
    "65": (b"A" * 65, "document"),
    "blanks": (b" \n\t ", "document"),
    "sentences": (b"One. Two Dr. Smith.\n\nThree, wrapped\nover lines.  \n", "document"),
    "crlf": (b"One.\r\n\r\nTwo.\r\n", "document"),
    "bom": (b"\xef\xbb\xbf  Marked. Text.", "document"),
    "chinese": ("你好。再见。 Café 😀.".encode(), "document"),
    "nul.txt": (b"A NUL \0 here. And another\0.\n\nGood one.", "document"),
    "invalid.txt": (b"Broken \xff\xfe bytes. Fine again. \xc3", "document"),
    "readme.md": (b"# Title\n\nText. More.\n\n- a\n- b\n\n```\ncode\n```\n", "markdown-document"),
    "noise": (random.Random(1).randbytes(100000), "blob"),
    "zeros": (bytes(300000), "blob"),
    "png": (b"\x89PNG\r\n\x1a\n" + random.Random(2).randbytes(5000), "image"),
    "no break": ("word ".encode() * 100000, "document"),
}


def test_every_byte_is_kept(database, start, complete):
    sources = {name: stage(database, content, name) for name, (content, _) in DOCUMENTS.items()}
    start("ingestion")
    complete(*sources.values())
    for name, source in sources.items():
        content, subtype = DOCUMENTS[name]
        assert check(database, source, content)[0] == subtype, name
    created = messages(database, "Neo4jSyncQueue", "AtomsCreated")
    assert sorted(body["SourceId"] for body in created) == sorted(sources.values())
    assert {body["TenantId"] for body in created} == {1}
    # Each embeddable atom is asked for once.
    asked = [atom for body in messages(database, "EmbeddingQueue", "EmbeddingRequest") for atom in body["AtomIds"]]
    embeddable = database.query("SELECT atom_id FROM hartonomous.atom WHERE canonical_text IS NOT NULL AND subtype NOT IN ('space', 'rule')")
    assert sorted(asked) == sorted(atom for (atom,) in embeddable)


def test_columns_of_atoms(database, start, complete):
    """atomic_value, content, canonical_text, metadata: once each, as the schema says."""
    long = "A sentence of more than sixty-four bytes, which is not so very long at all."
    sources = [stage(database, f"Hello. {long}".encode()), stage(database, b"\xff" + bytes(range(256)) * 4, "x.bin"),
               stage(database, b"Bad \xff\x01 byte.", "x.txt")]
    start("ingestion")
    complete(*sources)
    rows = {text or value: (subtype, digest, size, value, full, metadata) for text, value, subtype, digest, size, full, metadata in database.query(
        "SELECT canonical_text, atomic_value, subtype, content_hash, size, content, metadata FROM hartonomous.atom WHERE subtype IN ('sentence', 'chunk')")}
    assert rows["Hello."] == ("sentence", sha256(b"Hello."), 6, b"Hello.", None, None)
    value = sha256(long.encode()) + long.encode()[:32]
    assert rows[long] == ("sentence", sha256(long.encode()), len(long), value, None, {"overflow": True, "original_size": len(long)})
    assert rows[b"Bad \xff\x01 byte."] == ("sentence", sha256(b"Bad \xff\x01 byte."), 12, b"Bad \xff\x01 byte.", None, None)
    blob = b"\xff" + bytes(range(256)) * 4
    assert rows[sha256(blob) + blob[:32]] == ("chunk", sha256(blob), len(blob), sha256(blob) + blob[:32], blob,
                                              {"overflow": True, "original_size": len(blob)})


def test_content_types(database, start, complete):
    cases = {"a.md": (None, "text/markdown"), "b": ("text/markdown; charset=utf-8", "text/markdown"),
             "c.txt": (None, "text/plain"), "d": ("application/octet-stream", "text/plain"), "e": ("application/x-own", "application/x-own"),
             "f.json": (None, "application/json"), "g.xml": ("application/xml", "application/xml")}
    sources = {name: stage(database, f"# {name}".encode(), name, content_type=declared) for name, (declared, _) in cases.items()}
    start("ingestion")
    complete(*sources.values())
    for name, source in sources.items():
        assert check(database, source, f"# {name}".encode())[1] == cases[name][1]
    atomizers = dict(database.query("SELECT file_name, atomizer FROM hartonomous.source_status"))
    assert atomizers == {"a.md": "markdown", "b": "markdown", "c.txt": "text", "d": "text", "e": "text", "f.json": "json", "g.xml": "xml"}


def test_duplicates_cost_nothing(database, start, complete):
    content = b"".join(b"Sentence number %d. " % n for n in range(3000))
    first = stage(database, content, "first")
    start("ingestion")
    complete(first)
    before = database.query("SELECT count(*), max(atom_id) FROM hartonomous.atom")
    runs = database.value("SELECT count(*) FROM hartonomous.composition_run")
    sequence = "SELECT last_value FROM hartonomous.atom_atom_id_seq"
    used = database.value(sequence)
    asked = len(messages(database, "EmbeddingQueue", "EmbeddingRequest"))
    again = [stage(database, content, f"again {n}") for n in range(20)]
    complete(*again)
    assert database.query("SELECT count(*), max(atom_id) FROM hartonomous.atom") == before
    assert database.value("SELECT count(*) FROM hartonomous.composition_run") == runs
    assert database.value(sequence) == used
    assert len(messages(database, "EmbeddingQueue", "EmbeddingRequest")) == asked
    assert len(messages(database, "Neo4jSyncQueue", "AtomsCreated")) == 21
    for source in again:
        check(database, source, content)
    # A new document of old sentences makes one atom: itself.
    mixed = stage(database, b"Sentence number 7. Sentence number 5.")
    complete(mixed)
    assert database.value("SELECT count(*) FROM hartonomous.atom") == before[0][0] + 1


def test_equal_documents_in_one_batch(database, start, complete):
    """Staged before the daemon runs, so that they come together; also many of several steps."""
    small = [stage(database, b"The same. Twice.", f"s{n}") for n in range(30)]
    text = "".join(f"Line {n} of a long text.\n" for n in range(40000)).encode()
    big = [stage(database, text, f"b{n}") for n in range(4)]
    start("ingestion", ingestion={"window": "128K", "batch_memory": "512K"})
    complete(*small, *big)
    for source in small:
        check(database, source, b"The same. Twice.")
    for source in big:
        check(database, source, text)
    assert database.value("SELECT count(*) FROM hartonomous.ingestion_job") == 2


def test_tenants_are_apart(database, start, complete):
    sources = [stage(database, b"Shared text.", tenant=tenant) for tenant in (1, 2, 1, 3)]
    start("ingestion")
    complete(*sources)
    assert database.query("SELECT tenant_id, count(*) FROM hartonomous.atom GROUP BY 1 ORDER BY 1") == [(1, 2), (2, 2), (3, 2)]
    for source in sources:
        check(database, source, b"Shared text.")


def test_big_documents_in_steps(database, start, complete):
    """Each with many windows, of text, Markdown and noise, with memory for one or two of them at once."""
    generator = random.Random(3)
    text = "".join(f"Sentence {generator.randrange(10**9)} is here. " + ("\n\n" if n % 7 == 0 else "") for n in range(60000)).encode()
    markdown = "".join(f"# Part {n}\n\nText {generator.randrange(10**6)}.\n\n```\n{'code ' * 50}\n```\n\n" for n in range(6000)).encode()
    noise = generator.randbytes(3 * MIB)
    documents = {"text": text, "m.md": markdown, "noise": noise, "zeros": bytes(8 * MIB)}
    sources = {name: stage(database, content, name, part=300000) for name, content in documents.items()}
    start("ingestion", ingestion={"window": "256K", "batch_memory": "512K"})
    complete(*sources.values(), timeout=120)
    for name, source in sources.items():
        check(database, source, documents[name])


def test_steps_do_not_change_the_result(database, start, complete):
    """The same components, whatever the window."""
    text = "".join(f"Sentence {n * 7919 % 10007} is here.{chr(10) * (n % 3)} " for n in range(30000)).encode()
    runs = ("SELECT component_atom_id, sequence_index, \"position\", separator FROM hartonomous.composition WHERE tenant_id = %s"
            " ORDER BY sequence_index")
    shapes = []
    for tenant, window in ((1, "128K"), (2, "4M")):
        daemon = start("ingestion", ingestion={"window": window})
        complete(stage(database, text, tenant=tenant))
        daemon.stop()
        texts = dict(database.query("SELECT atom_id, canonical_text FROM hartonomous.atom WHERE tenant_id = %s", (tenant,)))
        shapes.append([(texts[atom], *rest) for atom, *rest in database.query(runs, (tenant,))])
    assert shapes[0] == shapes[1]


def test_many_components(database, start, complete):
    """More components than one batch may have: tiny sentences, several documents of them."""
    sources = {n: stage(database, b"a!b!" * 60000 + b"%d" % n, f"{n}.txt") for n in range(4)}
    start("ingestion")
    complete(*sources.values())
    for n, source in sources.items():
        check(database, source, b"a!b!" * 60000 + b"%d" % n)


def test_components_that_just_do_not_fit(database, start, complete):
    """The first sentence has one byte and all others two: those that fill a batch are an odd number of bytes."""
    content = b"!" + b"a!" * 70000
    source = stage(database, content, "odd.txt")
    start("ingestion")
    complete(source)
    check(database, source, content)


def test_forty_megabytes_in_little_memory(database, start, complete):
    generator = random.Random(4)
    parts = [generator.randbytes(65536) if n % 5 == 0 else bytes(65536) for n in range(640)]
    content = b"".join(parts)
    source = stage(database, content, "big.bin")
    daemon = start("ingestion")
    complete(source, timeout=180)
    resident = daemon.resident()
    check(database, source, content)
    assert is_sanitized(daemon) or resident < 40 * MIB, f"{resident / MIB:.1f} MiB"


def is_sanitized(daemon):
    with open(f"/proc/{daemon.pid}/maps", encoding="ascii", errors="replace") as maps:
        return "libasan" in maps.read()


INLINE = {"FileName": "note.txt", "TenantId": 5, "SourceUri": "test:note", "FileData": base64.b64encode(b"Inside the message.").decode()}


def send(database, body):
    database.query("SELECT broker.send_one('ClientService', 'IngestionService', 'IngestionContract', 'IngestionRequest', %s::jsonb)",
                   (None if body is None else json.dumps(body),))


def test_documents_inside_messages(database, start, wait_until):
    send(database, INLINE)
    start("ingestion")
    wait_until(lambda: database.query("SELECT 1 FROM hartonomous.source WHERE state = 'complete'"), 30, "the document is complete")
    source, name, uri, tenant = database.query("SELECT source_id, file_name, uri, tenant_id FROM hartonomous.source")[0]
    assert (name, uri, tenant) == ("note.txt", "test:note", 5)
    check(database, source, b"Inside the message.")


BAD = [
    ({}, "TenantId"),
    ([], "object"),
    ("text", "object"),
    ({"TenantId": 1}, "SourceId"),
    ({"TenantId": "1", "SourceId": 1}, "TenantId"),
    ({"TenantId": -1, "SourceId": 1}, "TenantId"),
    ({"TenantId": 1, "SourceId": 0}, "SourceId"),
    ({"TenantId": 1, "SourceId": 1.5}, "SourceId"),
    ({"TenantId": 1, "SourceId": 987654}, "source 987654 of tenant 1 does not exist"),
    ({**INLINE, "FileData": "not base64!"}, "base64"),
    ({**INLINE, "FileData": None}, "FileData"),
    ({**INLINE, "FileData": 7}, "FileData"),
    ({**INLINE, "FileName": ""}, "file name"),
    ({**INLINE, "FileName": None}, "FileName"),
    ({**INLINE, "SourceUri": 5}, "SourceUri"),
]


def test_wrong_messages_are_dead_letters(database, start, complete, wait_until):
    """Each with a reason that names what is wrong; what is right among them is done."""
    good = [stage(database, b"Good one.", "good 1")]
    for body, _ in BAD:
        send(database, body)
    good.append(stage(database, b"Good two.", "good 2"))
    start("ingestion")
    complete(*good)
    wait_until(lambda: database.value("SELECT count(*) FROM broker.dead_letter") == len(BAD), 30, "wrong messages are dead letters")
    reasons = {json.dumps(body): reason for body, reason in database.query("SELECT body, coalesce(reason, '') || ' ' || coalesce(error_text, '') FROM broker.dead_letter")}
    for body, expected in BAD:
        found = [reason for text, reason in reasons.items() if json.loads(text) == body]
        assert found and expected in found[0], (body, found)


def test_damaged_content_is_a_dead_letter(database, start, complete, wait_until):
    wrong_hash = stage(database, b"Some bytes.", digest=sha256(b"others"))
    wrong_big = stage(database, b"x" * 500000, digest=sha256(b"others"))
    lost = stage(database, b"x" * 500000, part=100000)
    database.query("DELETE FROM hartonomous.content_chunk WHERE source_id = %s AND chunk_index = 2", (lost,))
    broken = stage(database, b"y" * 1000)
    database.query("UPDATE hartonomous.content_chunk SET encoding = 'zstd' WHERE source_id = %s", (broken,))
    staging = stage(database, b"Not yet.", send=False)
    send(database, {"TenantId": 1, "SourceId": staging})
    good = stage(database, b"Good.")
    start("ingestion", ingestion={"window": "128K"})
    complete(good)
    wait_until(lambda: database.value("SELECT count(*) FROM broker.dead_letter") == 5, 30, "five dead letters")
    reasons = dict(database.query("SELECT (body ->> 'SourceId')::bigint, reason FROM broker.dead_letter"))
    for source, expected in ((wrong_hash, "another SHA-256"), (wrong_big, "another SHA-256"), (lost, "staged"), (broken, "staged chunk"),
                             (staging, "still being staged")):
        assert expected in reasons[source] and str(source) in reasons[source], reasons[source]
    assert state(database, wrong_hash) == "queued"
    assert database.value("SELECT count(*) FROM hartonomous.atom") == 2
    assert database.value("SELECT state FROM hartonomous.source_status WHERE source_id = %s", (lost,)) == "failed"


def test_a_replayed_message_changes_nothing(database, start, complete, wait_until):
    source = stage(database, b"Only once.")
    start("ingestion")
    complete(source)
    before = database.query("SELECT version, completed_at FROM hartonomous.source")
    send(database, {"TenantId": 1, "SourceId": source})
    wait_until(lambda: not messages(database, "IngestionQueue", "IngestionRequest"), 30, "the message is consumed")
    assert database.query("SELECT version, completed_at FROM hartonomous.source") == before
    assert len(messages(database, "Neo4jSyncQueue", "AtomsCreated")) == 1
    assert database.value("SELECT count(*) FROM broker.dead_letter") == 0


def test_a_killed_atomizer_costs_an_attempt(database, start, complete, wait_until):
    """The child dies in mid-step: its message is tried again with a fresh child."""
    daemon = start("ingestion")
    complete(stage(database, b"First."))
    child = atomizer_of(daemon)
    os.kill(child, signal.SIGSTOP)
    source = stage(database, b"Second.")
    wait_until(lambda: "looking at" in daemon.status, 30, "the daemon waits for its atomizer")
    os.kill(child, signal.SIGKILL)
    complete(source)
    check(database, source, b"Second.")
    assert atomizer_of(daemon) != child
    assert re.search(rf"crashed with SIGKILL on source {source}", daemon.log())
    assert database.value("SELECT count(*) FROM broker.dead_letter") == 0


def test_a_hanging_atomizer_is_replaced(database, start, complete):
    daemon = start("ingestion", ingestion={"atomize_timeout": "500ms"})
    complete(stage(database, b"First."))
    child = atomizer_of(daemon)
    os.kill(child, signal.SIGSTOP)
    source = stage(database, b"Second.")
    complete(source)
    assert atomizer_of(daemon) != child and not os.path.exists(f"/proc/{child}")
    assert "took longer than atomize_timeout" in daemon.log()


def test_one_atomizer_is_not_used_for_two_tenants(database, start, complete):
    daemon = start("ingestion")
    complete(stage(database, b"One.", tenant=1))
    first = atomizer_of(daemon)
    complete(stage(database, b"Another.", tenant=1))
    assert atomizer_of(daemon) == first
    complete(stage(database, b"One.", tenant=2))
    assert atomizer_of(daemon) != first


def test_the_atomizer_inherits_nothing(database, start, complete):
    daemon = start("ingestion")
    complete(stage(database, b"One."))
    child = atomizer_of(daemon)
    if os.geteuid() == 0 and not is_sanitized(daemon):
        with open(f"/proc/{child}/environ", "rb") as environment:
            assert environment.read() == b""
        assert sorted(os.listdir(f"/proc/{child}/fd"), key=int) == ["0", "1", "2", "3"]
        with open(f"/proc/{child}/status", encoding="ascii") as status:
            assert "Seccomp:\t2" in status.read()
    daemon.stop()
    assert not os.path.exists(f"/proc/{child}")


def test_killed_again_and_again_in_mid_step(database, start, complete, wait_until):
    """kill -9 of the daemon at any moment: a document of many steps is whole afterwards, each atom is there once."""
    content = "".join(f"Sentence number {n} of many. " for n in range(120000)).encode()
    sources = [stage(database, content, "long"), stage(database, content[:-10], "another")]
    daemon = start("ingestion", ingestion={"window": "128K"}).supervise()
    offset = "SELECT coalesce(sum(byte_offset), 0) FROM hartonomous.ingestion_job"
    for kill in range(8):
        reached = database.value(offset)
        wait_until(lambda: database.value(offset) > reached or state(database, sources[0]) == "complete", 60, "another step is done")
        daemon.kill()
    complete(*sources, timeout=180)
    daemon.unsupervise()
    for source, expected in zip(sources, (content, content[:-10])):
        check(database, source, expected)
    assert database.value("SELECT count(*) FROM broker.dead_letter") == 0
    assert database.value("SELECT count(*) FROM (SELECT FROM hartonomous.atom GROUP BY modality, subtype, content_hash HAVING count(*) > 1) AS twice") == 0
    assert len(messages(database, "Neo4jSyncQueue", "AtomsCreated")) == 2
    asked = [atom for body in messages(database, "EmbeddingQueue", "EmbeddingRequest") for atom in body["AtomIds"]]
    assert len(asked) == len(set(asked)) == database.value("SELECT count(*) FROM hartonomous.atom WHERE subtype = 'sentence'")


def test_a_job_of_another_version_begins_anew(database, start, complete, wait_until):
    """Half of it was made by another version of the atomizer: the result has one cause all the same."""
    content = "".join(f"Sentence number {n} of many. " for n in range(30000)).encode()
    source = stage(database, content)
    daemon = start("ingestion", ingestion={"window": "128K"}, worker={"batch_size": 1})
    wait_until(lambda: database.value("SELECT max(next_sequence) FROM hartonomous.ingestion_job"), 60, "a step is done")
    daemon.kill()
    assert state(database, source) == "atomizing"
    database.query("UPDATE hartonomous.ingestion_job SET atomizer_version = 0, unicode_version = '1.0'")
    start("ingestion")
    complete(source)
    check(database, source, content)
    assert database.value("SELECT atomizer_version > 0 AND unicode_version <> '1.0' FROM hartonomous.ingestion_job")


def test_two_readers(database, start, complete):
    """Many documents with sentences in common, two daemons: nothing is lost or doubled."""
    generator = random.Random(5)
    documents = [" ".join(f"Common sentence {generator.randrange(400)}." for _ in range(60)).encode() for _ in range(300)]
    sources = [stage(database, content, f"{n}") for n, content in enumerate(documents)]
    start("ingestion", worker={"batch_size": 20})
    start("ingestion", worker={"batch_size": 20}, common={"telemetry": {"enabled": False}})
    complete(*sources)
    for source, content in zip(sources, documents):
        check(database, source, content)
    assert database.value("SELECT count(*) FROM broker.dead_letter") == 0


def test_two_readers_with_equal_documents_of_many_steps(database, start, complete):
    """Each reader is at work on documents that the other one sees for the first time."""
    contents = [b" ".join(b"Sentence %d of document %d." % (n, document) for n in range(12000)) for document in range(4)]
    sources = [stage(database, contents[n % 4], f"{n}.txt") for n in range(24)]
    for number in range(2):
        start("ingestion", worker={"batch_size": 3}, ingestion={"window": "128K", "batch_memory": "256K"},
              common={"telemetry": {"enabled": number == 0}})
    complete(*sources)
    for number, source in enumerate(sources):
        check(database, source, contents[number % 4])
    assert database.value("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == 0


def test_a_source_without_its_job_is_a_dead_letter(database, start, complete, wait_until):
    daemon = start("ingestion", ingestion={"window": "128K"})
    source = stage(database, b"A sentence to begin with. " * 10)
    complete(source)
    daemon.stop()
    database.query("UPDATE hartonomous.source SET state = 'atomizing' WHERE source_id = %s", (source,))
    database.query("DELETE FROM hartonomous.ingestion_job")
    send(database, {"TenantId": 1, "SourceId": source})
    start("ingestion")
    wait_until(lambda: database.value("SELECT count(*) FROM broker.dead_letter") == 1, 30, "the message is a dead letter")
    assert "ingestion_job" in database.value("SELECT error_text FROM broker.dead_letter")


def test_metrics_and_journal(database, start, complete):
    daemon = start("ingestion")
    source = stage(database, b"One sentence. Two sentences. One sentence.")
    complete(source)
    _, metrics = daemon.get("/metrics")
    values = dict(line.rsplit(" ", 1) for line in metrics.splitlines() if not line.startswith("#"))
    found = {name: float(values[name]) for name in values if name.startswith("hartonomous_") and "{" not in name}
    assert found["hartonomous_atoms_ingested_total"] == 3
    assert found["hartonomous_atoms_duplicate_total"] == 1
    assert found["hartonomous_bytes_ingested_total"] == 42
    assert found["hartonomous_sources_completed_total"] == 1
    assert f"source {source} of tenant 1 is complete" in daemon.log()


def test_a_missing_spool_is_said_at_start(database, start):
    daemon = start("ingestion", ingestion={"spool": "/nowhere"}, ready=False)
    assert daemon.wait_exit() == 78
    assert "[ingestion] spool: /nowhere: No such file or directory" in daemon.log()


def test_a_missing_atomizer_is_said_at_start(database, start):
    daemon = start("ingestion", ingestion={"atomize_program": "/nowhere/atomize"}, ready=False)
    assert daemon.wait_exit() == 78
    assert "/nowhere/atomize cannot be executed" in daemon.log()
