"""Every command of hartonomousctl against real servers: what it says, its JSON, its exit status, its mistakes."""

import hashlib
import json
import os
import pty
import re
import signal
import subprocess
import time

import pytest

from daemons import program

TEXT = "The cat sleeps on the sofa. Interest rates rose again. A kitten naps near the heater.\n"


@pytest.fixture
def ingested(database, start, ctl, tmp_path):
    """A running ingestion daemon and documents it has taken apart: {file name: (path, bytes, source row)}."""
    start("ingestion")
    contents = {"cats.txt": TEXT.encode(), "empty.txt": b"", "noise.bin": bytes(range(256)) * 9000}
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    ctl("ingest", "--wait", folder)
    rows = {row["file_name"]: row for row in json.loads(ctl("source", "list", "--json").stdout)}
    return {name: (folder / name, data, rows[name]) for name, data in contents.items()}


# --- words ---


def test_help_lists_every_command_and_each_has_examples(ctl):
    listed = ctl("--help").stdout
    names = [line.split() for line in listed.splitlines() if line.startswith("  ") and line[2] != " "]
    assert len(names) >= 19
    for words in names:
        command = [word for word in words[:2] if word.islower() and word.replace("-", "").isalpha()]
        told = ctl(*command, "--help").stdout
        assert "Usage: hartonomousctl" in told and "Examples:" in told


@pytest.mark.parametrize("name, libraries", [
    ("hartonomousctl", ["libpq", "libcurl", "oneDNN"]),
    ("hartonomous-ingestion", ["libpq", "libsystemd", "ICU"]),
    ("hartonomous-graph-sync", ["libpq", "libsystemd", "libcurl"]),
    ("hartonomous-embedding", ["libpq", "libsystemd", "oneDNN"]),
])
def test_version_names_what_was_built_in(name, libraries):
    said = subprocess.run([program(name), "--version"], capture_output=True, text=True, check=True, timeout=20).stdout
    assert said.startswith(f"{name} 0.")
    for library in libraries:
        assert re.search(rf"\b{library} \d+[.\d]*\b", said), library


@pytest.mark.parametrize("words, said", [
    (["sorce", "list"], "did you mean `source`"),
    (["source", "lst"], "did you mean `source list`"),
    (["source"], "list, show"),
    (["status", "--jsno"], "did you mean --json"),
    (["status", "--tenant", "1"], "no option --tenant"),
    (["source", "show"], "needs SOURCE"),
    (["source", "show", "x"], "not a number"),
    (["source", "list", "--state", "odd"], "one of staging"),
    (["search", "-k", "0", "x"], "not a number from 1"),
    (["search", "a", "b"], "one word too many"),
    (["ingest"], "needs PATH"),
    (["ingest", "--wait=some", "/"], "only \"all\""),
    (["atom", "show", "12ab"], "not a number"),
    (["dead-letter", "replay"], "--all or --queue"),
    (["dead-letter", "discard", "--all", "3"], "not both"),
])
def test_mistakes_get_one_line_and_64(ctl, words, said):
    done = ctl(*words, check=False)
    assert done.returncode == 64
    assert said in done.stderr and done.stderr.count("\n") == 1 and done.stdout == ""


# --- servers and rights ---


def test_a_server_that_is_away_is_69(ctl, settings, tmp_path):
    settings.write_common(database={"conninfo": f"host={tmp_path} dbname=x"})
    done = ctl("source", "list", check=False)
    assert done.returncode == 69 and "is PostgreSQL running?" in done.stderr and done.stderr.count("\n") == 1
    status = ctl("status", "--json", check=False)
    assert status.returncode == 69
    assert {row["name"]: row["up"] for row in json.loads(status.stdout)["dependencies"]} == {"PostgreSQL": False, "Neo4j": False}


def test_a_missing_database_is_78_and_says_how_to_make_it(ctl, settings, cluster):
    settings.write_common(database={"conninfo": cluster.conninfo(dbname="nowhere", user=None)})
    done = ctl("source", "list", check=False)
    assert done.returncode == 78 and "createdb" in done.stderr


def test_a_missing_role_is_78_and_says_how_to_make_it(database, ctl):
    done = ctl("source", "list", check=False, role="nobody-at-all")
    assert done.returncode == 78
    assert "createuser 'nobody-at-all'" in done.stderr and "GRANT hartonomous_operator" in done.stderr


def test_a_wrong_password_is_78_and_is_not_repeated(database, ctl, settings):
    settings.credential("database-password", "battery staple")
    done = ctl("source", "list", check=False, role="hartonomous-password")
    assert done.returncode == 78 and "password" in done.stderr and "battery" not in done.stderr


def test_a_missing_schema_is_78_and_says_how_to_make_it(empty_database, ctl, tmp_path):
    (tmp_path / "x").write_text("x")
    for words in (["source", "list"], ["queue", "list"], ["ingest", tmp_path / "x"], ["dead-letter", "list"], ["atom", "show", "1"]):
        done = ctl(*words, check=False)
        assert done.returncode == 78 and "hartonomousctl schema apply" in done.stderr, words


def test_a_misspelt_setting_is_78_with_file_and_line(ctl, settings):
    settings.write_text("hartonomous", "[database]\nconinfo = x\n")
    done = ctl("status", check=False)
    assert done.returncode == 78 and "hartonomous.conf" in done.stderr and "2" in done.stderr and "conninfo" in done.stderr


def test_an_operator_needs_no_more_than_the_role(database, ctl, cluster, tmp_path):
    name = database.name + "_person"
    cluster.psql(f"CREATE ROLE {name} LOGIN")
    try:
        refused = ctl("source", "list", check=False, role=name)
        assert refused.returncode == 78 and "GRANT hartonomous_operator" in refused.stderr
        cluster.psql(f"GRANT hartonomous_operator TO {name}")
        (tmp_path / "x").write_text("x")
        (tmp_path / "big").write_bytes(b"y" * 3_000_000)
        ctl("ingest", tmp_path / "x", tmp_path / "big", role=name)
        for words in (["source", "list"], ["source", "show", "1"], ["queue", "list"], ["status"], ["dead-letter", "list"], ["schema", "status"]):
            ctl(*words, role=name)
    finally:
        cluster.psql(f"DROP ROLE {name}")


# --- ingest ---


def test_a_folder_goes_in_once(database, ctl, tmp_path):
    deep = tmp_path / "a" / ".hidden"
    deep.mkdir(parents=True)
    (deep / "x.txt").write_text("hidden")
    (tmp_path / "a" / "y é.txt").write_text("y")
    (tmp_path / "a" / "loop").symlink_to("..")
    os.mkfifo(tmp_path / "a" / "pipe")
    done = ctl("ingest", "--json", tmp_path)
    rows = json.loads(done.stdout)
    assert sorted((os.path.basename(row["path"]), row["state"]) for row in rows) == [("x.txt", "staged"), ("y é.txt", "staged")]
    assert "loop: is a symbolic link: skipped" in done.stderr and "pipe: is a pipe: skipped" in done.stderr
    assert sorted(database.query("SELECT file_name, uri, tenant_id FROM hartonomous.source")) == [
        ("x.txt", f"file://{deep}/x.txt", 0), ("y é.txt", f"file://{tmp_path}/a/y%20%C3%A9.txt", 0)]
    again = json.loads(ctl("ingest", "--json", tmp_path).stdout)
    assert {row["state"] for row in again} == {"unchanged"}
    assert {row["source"] for row in again} == {row["source"] for row in rows}
    (deep / "x.txt").write_text("changed")
    third = json.loads(ctl("ingest", "--json", tmp_path).stdout)
    assert sorted(row["state"] for row in third) == ["staged", "unchanged"]
    assert database.value("SELECT count(*) FROM hartonomous.source") == 3


def test_what_cannot_be_read_is_told_and_the_rest_goes_on(database, ctl, tmp_path):
    (tmp_path / "good").write_text("good")
    done = ctl("ingest", "--json", tmp_path / "good", tmp_path / "gone", check=False)
    assert done.returncode == 1
    assert done.stderr == f"hartonomousctl: {tmp_path}/gone: No such file or directory\n"
    assert {os.path.basename(row["path"]): row["state"] for row in json.loads(done.stdout)} == {"good": "staged", "gone": "failed"}
    assert database.value("SELECT count(*) FROM hartonomous.source") == 1


def test_a_file_without_permission_is_told(database, ctl, settings, tmp_path):
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "secret").chmod(0)
    command = [program("hartonomousctl"), "--config-dir", settings.folder, "ingest", str(tmp_path / "secret")]
    if os.geteuid() == 0:
        # Root may read everything; without its capabilities it may not.
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search", *command]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=settings.environment("hartonomous"))
    assert done.returncode == 1 and "secret: Permission denied" in done.stderr


def test_a_thousand_files_take_a_second_or_two(database, ctl, tmp_path):
    for n in range(1000):
        (tmp_path / f"{n}.txt").write_text(f"Document number {n}. It has two sentences.\n")
    began = time.monotonic()
    done = ctl("ingest", tmp_path)
    assert time.monotonic() - began < 10  # with sanitizers, on a busy machine
    assert "1000 documents" in done.stdout and "1000 handed in" in done.stdout
    assert database.value("SELECT count(*) FROM broker.message") == 1000


def test_standard_input_and_its_name(database, ctl):
    row = json.loads(ctl("ingest", "--json", "--name", "note.md", "--content-type", "text/markdown", "--tenant", "7", "-", input="# Hi\n").stdout)[0]
    assert row["state"] == "staged" and row["size"] == 5
    assert database.query("SELECT tenant_id, file_name, uri, declared_content_type, encode(content_hash, 'hex') FROM hartonomous.source") == [
        (7, "note.md", None, "text/markdown", hashlib.sha256(b"# Hi\n").hexdigest())]
    ctl("ingest", "-", input="")
    assert database.query("SELECT file_name, size FROM hartonomous.source ORDER BY source_id DESC LIMIT 1") == [("stdin", 0)]


@pytest.mark.parametrize("size", [0, 1, 255, 1 << 20, (1 << 20) + 1, 5_000_001])
def test_sizes_around_the_chunk(database, ctl, tmp_path, size):
    data = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    (tmp_path / "file").write_bytes(data)
    ctl("ingest", tmp_path / "file")
    assert database.query("SELECT size, encode(content_hash, 'hex'), state FROM hartonomous.source") == [(size, hashlib.sha256(data).hexdigest(), "queued")]
    assert database.value("SELECT coalesce(sum(raw_size), 0) FROM hartonomous.content_chunk") == size
    assert "unchanged" in ctl("ingest", tmp_path / "file").stdout


def test_a_stop_in_the_middle_leaves_nothing_half_done(database, settings, wait_until):
    process = subprocess.Popen([program("hartonomousctl"), "--config-dir", settings.folder, "ingest", "-"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=settings.environment("hartonomous"))
    process.stdin.write(b"x" * (3 << 20))
    process.stdin.flush()
    wait_until(lambda: database.value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'hartonomousctl' AND state = 'idle in transaction'"), 20)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 1, "it does not wait for more bytes"
    process.stdin.close()
    assert b"stopped" in process.stderr.read()
    assert database.query("SELECT state FROM hartonomous.source") == []


def test_wait_ends_when_all_is_ingested(database, start, ctl, tmp_path):
    start("ingestion")
    for n in range(30):
        (tmp_path / f"{n}.txt").write_text(f"Document {n}.")
    done = ctl("ingest", "--wait", "--json", tmp_path)
    assert {row["state"] for row in json.loads(done.stdout)} == {"complete"}
    assert database.query("SELECT DISTINCT state FROM hartonomous.source_status") == [("complete",)]
    assert "30 unchanged" in ctl("ingest", "--wait", tmp_path).stdout


def test_wait_ends_with_1_where_a_message_was_given_up(database, settings, ctl, tmp_path, wait_until):
    (tmp_path / "x").write_text("x")
    process = subprocess.Popen([program("hartonomousctl"), "--config-dir", settings.folder, "ingest", "--wait", str(tmp_path / "x")],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=settings.environment("hartonomous"))
    wait_until(lambda: database.value("SELECT count(*) FROM broker.message"), 20)
    bury(database, "IngestionQueue", "cannot be parsed")
    out, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "was not ingested: cannot be parsed" in err and "1 failed" in out


@pytest.fixture
def waiting(database, settings, tmp_path, wait_until):
    """A `hartonomousctl ingest --wait=all` that has handed its document in."""
    (tmp_path / "x").write_text("x")
    process = subprocess.Popen([program("hartonomousctl"), "--config-dir", settings.folder, "ingest", "--wait=all", str(tmp_path / "x")],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=settings.environment("hartonomous"))
    wait_until(lambda: database.value("SELECT count(*) FROM broker.message"), 20)
    yield process
    process.kill()
    process.communicate()


def test_wait_outlives_a_restart_of_postgresql(waiting, database, start, cluster):
    cluster.stop("immediate")
    said = waiting.stderr.readline()
    assert "connection to PostgreSQL lost" in said and "waiting for PostgreSQL" in said
    cluster.start()
    database.query("UPDATE broker.service SET queue_id = (SELECT queue_id FROM broker.queue WHERE name = 'ClientQueue') WHERE name IN ('Neo4jSyncService', 'EmbeddingService')")
    start("ingestion")
    out, err = waiting.communicate(timeout=60)
    assert waiting.returncode == 0 and "1 ingested" in out, err


def test_wait_can_be_stopped_while_postgresql_is_away(waiting, cluster):
    cluster.stop()
    assert "waiting for PostgreSQL" in waiting.stderr.readline()
    waiting.send_signal(signal.SIGINT)
    out, err = waiting.communicate(timeout=20)
    cluster.start()
    assert waiting.returncode == 1 and "the documents are handed in, the work goes on" in err


def test_a_bar_is_drawn_on_a_terminal_only(database, settings, ctl, tmp_path):
    for n in range(50):
        (tmp_path / f"{n}.txt").write_text(f"{n}")
    assert "\r" not in ctl("ingest", tmp_path).stderr
    for path in tmp_path.iterdir():
        path.write_text("changed " + path.name)
    parent, child = pty.openpty()
    process = subprocess.Popen([program("hartonomousctl"), "--config-dir", settings.folder, "ingest", str(tmp_path)], stderr=child,
                               stdout=subprocess.PIPE, env=settings.environment("hartonomous"))
    process.communicate(timeout=60)
    os.close(child)
    drawn = os.read(parent, 65536)
    os.close(parent)
    assert process.returncode == 0 and b"of 50" in drawn and drawn.endswith(b"\x1b[K")


# --- reading back ---


def test_sources_are_listed_and_shown(ingested, ctl):
    _, data, row = ingested["cats.txt"]
    assert row["state"] == "complete" and row["size"] == len(data) and row["sha256"] == hashlib.sha256(data).hexdigest()
    assert row["components"] == 3 and row["atomizer"] and row["completed_at"]
    assert json.loads(ctl("source", "show", row["source"], "--json").stdout) == row
    people = ctl("source", "show", row["source"]).stdout
    assert row["sha256"] in people and "cats.txt" in people
    assert len(json.loads(ctl("source", "list", "--limit", "2", "--json").stdout)) == 2
    assert json.loads(ctl("source", "list", "--tenant", "5", "--json").stdout) == []
    assert json.loads(ctl("source", "list", "--state", "failed", "--json").stdout) == []
    missing = ctl("source", "show", "123456789", check=False)
    assert missing.returncode == 2 and missing.stderr.count("\n") == 1
    assert ctl("source", "show", row["source"], "--tenant", "5", check=False).returncode == 2


def test_every_document_is_given_back(ingested, ctl, tmp_path):
    for name, (_, data, row) in ingested.items():
        assert ctl("reconstruct", row["source"], text=False).stdout == data
        target = tmp_path / ("copy of " + name)
        ctl("reconstruct", row["source"], "-o", target)
        assert target.read_bytes() == data
        assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith(target.name)] == [target.name]
    missing = ctl("reconstruct", "987654321", "-o", tmp_path / "nothing", check=False)
    assert missing.returncode == 2 and not (tmp_path / "nothing").exists()
    nowhere = ctl("reconstruct", ingested["cats.txt"][2]["source"], "-o", "/nowhere/at/all", check=False)
    assert nowhere.returncode == 1 and "/nowhere/at/all: No such file" in nowhere.stderr


def test_a_device_is_written_to_and_not_replaced(ingested, ctl):
    ctl("reconstruct", ingested["cats.txt"][2]["source"], "-o", "/dev/null")
    assert not os.path.isfile("/dev/null")
    full = ctl("reconstruct", ingested["noise.bin"][2]["source"], "-o", "/dev/full", check=False)
    assert full.returncode == 1 and "No space left" in full.stderr


def test_damage_is_found_and_nothing_is_written(ingested, database, ctl, tmp_path):
    source = ingested["cats.txt"][2]["source"]
    target = tmp_path / "copy"
    target.write_text("what was here before")
    database.query("UPDATE hartonomous.atom SET atomic_value = overlay(atomic_value placing 'X'::bytea from 1)"
                   " WHERE canonical_text LIKE 'A kitten%' OR canonical_text LIKE 'The cat%'")
    done = ctl("reconstruct", source, "-o", target, check=False)
    assert done.returncode == 1 and "SHA-256" in done.stderr
    assert target.read_text() == "what was here before"
    database.query("UPDATE hartonomous.composition_run SET first_sequence = first_sequence + 1000")
    done = ctl("reconstruct", source, check=False)
    assert done.returncode == 1 and "gap" in done.stderr


def test_an_unfinished_source_is_not_given_back(database, ctl, tmp_path):
    (tmp_path / "x").write_text("x")
    ctl("ingest", tmp_path / "x")
    done = ctl("reconstruct", database.value("SELECT source_id FROM hartonomous.source"), check=False)
    assert done.returncode == 1 and "not complete" in done.stderr and done.stdout == ""


def test_binary_is_not_written_to_a_terminal(ingested, settings):
    def run(name, *more):
        parent, child = pty.openpty()
        process = subprocess.Popen([program("hartonomousctl"), "--config-dir", settings.folder, "reconstruct", str(ingested[name][2]["source"]), *more],
                                   stdout=child, stderr=subprocess.PIPE, text=True, env=settings.environment("hartonomous"))
        os.close(child)
        seen = b""
        try:
            while part := os.read(parent, 65536):
                seen += part
        except OSError:  # the other end is closed
            pass
        os.close(parent)
        return process.wait(60), seen, process.stderr.read()

    status, seen, error = run("noise.bin")
    assert status == 1 and seen == b"" and "-o" in error
    status, seen, _ = run("cats.txt")
    assert status == 0 and b"kitten" in seen
    status, seen, _ = run("noise.bin", "-o", "-")
    assert status == 0 and len(seen) > 2_000_000


def test_atoms_by_number_and_by_hash(ingested, database, ctl):
    atom, digest, text = database.query("SELECT atom_id, encode(content_hash, 'hex'), canonical_text FROM hartonomous.atom WHERE canonical_text LIKE 'A kitten%'")[0]
    shown = json.loads(ctl("atom", "show", atom, "--json").stdout)
    assert shown["atom"] == atom and shown["sha256"] == digest and shown["text"] == text and shown["size"] == len(text)
    assert bytes.fromhex(shown["atomic_value"]) == text.encode()
    by_hash = json.loads(ctl("atom", "show", digest.upper(), "--json").stdout)
    assert by_hash == [shown]
    assert digest in ctl("atom", "show", digest).stdout
    root = json.loads(ctl("atom", "show", ingested["cats.txt"][2]["root_atom"], "--json").stdout)
    assert root["components"] == 3 and root["sources"] == 1
    assert ctl("atom", "show", "99999999", check=False).returncode == 2
    assert ctl("atom", "show", "0" * 64, check=False).returncode == 2


def test_lineage_without_the_graph_comes_from_postgresql(ingested, database, ctl):
    atom = database.value("SELECT atom_id FROM hartonomous.atom WHERE canonical_text LIKE 'A kitten%'")
    other = database.value("SELECT atom_id FROM hartonomous.atom WHERE canonical_text LIKE 'Interest%'")
    database.query("SELECT hartonomous.link_provenance(0, %s, ARRAY[%s]::bigint[], 'summary')", [atom, other])
    done = ctl("lineage", atom, "--json")
    assert "PostgreSQL's answer" in done.stderr and done.stderr.count("\n") == 1
    answer = json.loads(done.stdout)
    assert answer["origin"] == "postgresql" and answer["tenant"] == 0 and answer["more"] is False
    steps = {(row["depth"], row["from"], row["type"], row["id"]) for row in answer["lineage"]}
    root, source = ingested["cats.txt"][2]["root_atom"], ingested["cats.txt"][2]["source"]
    assert steps == {(1, atom, "DERIVED_FROM", other), (1, atom, "HAS_COMPONENT", root), (2, root, "INGESTED_FROM", source),
                     (2, other, "HAS_COMPONENT", root)}
    assert {row["derivation"] for row in answer["lineage"] if row["type"] == "DERIVED_FROM"} == {"summary"}
    near = json.loads(ctl("lineage", atom, "--json", "--depth", "1").stdout)
    assert {row["depth"] for row in near["lineage"]} == {1}
    assert "cats.txt" in ctl("lineage", atom).stdout
    assert ctl("lineage", "99999999", check=False).returncode == 2


# --- search ---


def test_search_needs_vectors_and_says_so(database, ctl, model):
    done = ctl("search", "--model", model, "--json", "cats")
    assert json.loads(done.stdout)["results"] == [] and "hartonomous-embedding" in done.stderr


def test_search_without_a_model_says_what_to_do(database, ctl, tmp_path):
    done = ctl("search", "--model", tmp_path, "cats", check=False)
    assert done.returncode == 78 and str(tmp_path) in done.stderr


def test_search_finds_by_meaning(database, ctl, start, model, tmp_path, wait_until):
    start("ingestion")
    start("embedding")
    (tmp_path / "cats.txt").write_text(TEXT)
    ctl("ingest", "--wait", tmp_path / "cats.txt")
    wait_until(lambda: database.value("SELECT count(*) FROM hartonomous.embedding") == 3, 60)
    found = json.loads(ctl("search", "--json", "-k", "2", "a sleeping cat").stdout)
    assert found["compared"] == 3 and len(found["results"]) == 2
    assert found["results"][0]["text"].startswith("The cat sleeps")
    assert 1 >= found["results"][0]["score"] >= found["results"][1]["score"] > 0
    exact = json.loads(ctl("search", "--json", "-k", "1", "Interest rates rose again.").stdout)["results"][0]
    assert exact["score"] > 0.999
    people = ctl("search", "-k", "1", "a sleeping cat").stdout.splitlines()
    assert len(people) == 2 and people[0].split()[0] == "SCORE"
    assert json.loads(ctl("search", "--json", "--tenant", "9", "cats").stdout)["results"] == []


# --- queues and dead letters ---


def bury(database, queue, reason):
    """Every message of a queue becomes a dead letter, as when a handler finds it can never succeed."""
    with database.connect() as connection, connection.transaction():
        connection.execute("""INSERT INTO broker.dead_letter (tenant_id, conversation_handle, queue, message_type, body, enqueued_at, attempt_count, reason, metadata)
                              SELECT (m.body ->> 'TenantId')::integer, m.conversation, q.name, m.message_type, m.body, m.enqueued_at, 1, %s, '{}'
                              FROM broker.message m JOIN broker.queue q USING (queue_id) WHERE q.name = %s""", [reason, queue])
        connection.execute("DELETE FROM broker.message m USING broker.queue q WHERE q.queue_id = m.queue_id AND q.name = %s", [queue])


@pytest.fixture
def letters(database, ctl, tmp_path):
    """Three dead letters of IngestionQueue; their ids."""
    for n in range(3):
        (tmp_path / f"{n}").write_text(f"{n}")
    ctl("ingest", tmp_path)
    bury(database, "IngestionQueue", "broken\nin two")
    return [row[0] for row in database.query("SELECT dead_letter_id FROM broker.dead_letter ORDER BY 1")]


def test_queues_are_listed(letters, ctl):
    rows = {row["queue"]: row for row in json.loads(ctl("queue", "list", "--json").stdout)}
    assert rows["IngestionQueue"]["dead_letters"] == 3 and rows["IngestionQueue"]["messages"] == 0
    assert {"Neo4jSyncQueue", "EmbeddingQueue"} <= set(rows)
    assert "IngestionQueue" in ctl("queue", "list").stdout


def test_dead_letters_are_listed_and_shown(letters, ctl):
    rows = json.loads(ctl("dead-letter", "list", "--json").stdout)
    assert [row["id"] for row in rows] == letters[::-1]
    assert rows[0]["reason"] == "broken\nin two" and rows[0]["queue"] == "IngestionQueue"
    assert len(ctl("dead-letter", "list").stdout.splitlines()) == 4, "a reason with a newline stays on its line"
    shown = json.loads(ctl("dead-letter", "show", letters[0], "--json").stdout)
    assert json.loads(shown["body"])["SourceId"] and shown["attempts"] == 1
    assert ctl("dead-letter", "show", "99999", check=False).returncode == 2
    assert json.loads(ctl("dead-letter", "list", "--queue", "EmbeddingQueue", "--json").stdout) == []
    misspelt = ctl("dead-letter", "list", "--queue", "IngestionQueu", check=False)
    assert misspelt.returncode == 2 and "did you mean IngestionQueue" in misspelt.stderr


def test_failed_sources_are_seen_in_list_and_status(letters, ctl):
    failed = json.loads(ctl("source", "list", "--state", "failed", "--json").stdout)
    assert len(failed) == 3 and all("broken" in row["failure"] for row in failed)
    assert json.loads(ctl("status", "--json").stdout)["sources"]["failed"] == 3


def test_dead_letters_are_replayed_and_discarded(letters, database, ctl):
    assert json.loads(ctl("dead-letter", "replay", letters[0], "--json").stdout) == {"replayed": 1}
    assert database.value("SELECT count(*) FROM broker.message") == 1
    assert ctl("dead-letter", "replay", letters[0], check=False).returncode == 2
    partly = ctl("dead-letter", "discard", letters[0], letters[1], check=False)
    assert partly.returncode == 1 and "1 discarded" in partly.stdout
    assert json.loads(ctl("dead-letter", "replay", "--queue", "EmbeddingQueue", "--json").stdout) == {"replayed": 0}
    assert json.loads(ctl("dead-letter", "replay", "--all", "--json").stdout) == {"replayed": 1}
    assert database.value("SELECT count(*) FROM broker.message") == 2
    assert database.value("SELECT count(*) FROM broker.dead_letter") == 0
    assert "0 discarded" in ctl("dead-letter", "discard", "--all").stdout


# --- status and config ---


def test_status_shows_queues_daemons_and_servers(ingested, ctl):
    status = json.loads(ctl("status", "--json").stdout)
    assert set(status) == {"dependencies", "daemons", "queues", "sources", "counts", "lag_seconds"}
    assert {row["name"]: row["up"] for row in status["dependencies"]} == {"PostgreSQL": True, "Neo4j": False}
    daemons = {row["name"]: row["status"] for row in status["daemons"]}
    assert daemons["ingestion"] == "Healthy" and daemons["embedding"] == "Stopped"
    assert status["sources"]["complete"] == 3 and status["counts"]["sources"] == 3 and status["counts"]["atoms"] > 3
    people = ctl("status").stdout
    assert "3 complete" in people and "IngestionQueue" in people


def test_config_check_asks_every_program(database, ctl, settings, model):
    settings.write("embedding", {"model": {"directory": model}})
    settings.credential("neo4j-password", "x")
    rows = {row["program"]: row for row in json.loads(ctl("config", "check", "--json").stdout)}
    assert set(rows) == {"hartonomous-ingestion", "hartonomous-graph-sync", "hartonomous-embedding"}
    assert all(row["ok"] for row in rows.values())
    settings.write_text("ingestion", "[worker]\nbatch_sise = 3\n")
    done = ctl("config", "check", "--json", check=False)
    assert done.returncode == 78
    rows = {row["program"]: row for row in json.loads(done.stdout)}
    assert not rows["hartonomous-ingestion"]["ok"] and "batch_size" in rows["hartonomous-ingestion"]["message"]
    assert rows["hartonomous-graph-sync"]["ok"]
    assert "ingestion.conf" in ctl("config", "check", check=False).stdout


def test_completion_knows_commands_actions_and_options(ctl):
    script = os.path.join(os.environ.get("HARTONOMOUS_SOURCE") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
                          "src", "ctl", "completion.bash")

    def complete(*words):
        probe = f'source {script}; COMP_WORDS=(hartonomousctl "$@"); COMP_CWORD=$#; _hartonomousctl 2>/dev/null; printf "%s\\n" "${{COMPREPLY[@]}}"'
        environment = {**os.environ, "PATH": os.path.dirname(program("hartonomousctl")) + ":" + os.environ["PATH"]}
        return subprocess.run(["bash", "-c", probe, "bash", *words], capture_output=True, text=True, env=environment).stdout.split()

    assert {"ingest", "schema", "dead-letter"} <= set(complete(""))
    assert complete("sch") == ["schema"]
    assert set(complete("schema", "")) == {"apply", "status", "verify"}
    assert "--dry-run" in complete("schema", "apply", "--d")
    assert "--wait" in complete("ingest", "--")
