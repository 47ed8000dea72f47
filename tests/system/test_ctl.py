"""Every command of hartonomousctl against real servers: what it says, its JSON, its exit status, its mistakes."""

import hashlib
import json
import os
import pty
import re
import signal
import subprocess
import time

import psycopg
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
        assert not any(line.endswith(" ") for line in told.splitlines())
        assert "Usage: hartonomousctl" in told and "Examples:" in told


@pytest.mark.parametrize("name, libraries", [
    ("hartonomousctl", ["libpq", "libcurl", "oneDNN"]),
    ("hartonomous-ingestion", ["libpq", "libsystemd", "ICU"]),
    ("hartonomous-graph-sync", ["libpq", "libsystemd", "libcurl"]),
    ("hartonomous-embedding", ["libpq", "libsystemd", "oneDNN"]),
    ("hartonomous-fetch", ["libpq", "libsystemd", "libcurl"]),
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
    (["dead-letter", "replay", "--reason", "x", "3"], "not both"),
    (["dead-letter", "discard", "--all"], "say --yes"),
    (["dead-letter", "replay", "--yes", "3"], "no option --yes"),
    (["dead-letter", "show", "0"], "not a number from 1"),
    (["dead-letter", "discard", "--reason=", "--yes"], "--reason=: not a value"),
    (["dead-letter", "list", "--queue", ""], "--queue=: not a value"),
    (["queue", "purge", "EmbeddingQueue"], "say --yes"),
    (["queue", "purge"], "needs QUEUE"),
    (["queue", "purg", "x"], "did you mean `queue purge`"),
    (["queue", "show", "a", "b"], "one word too many"),
    (["queue", "peek", "x", "--limit", "-1"], "not a number from 0"),
    (["queue", "list", "--limit", "1"], "no option --limit"),
    (["conversation"], "list, show, end"),
    (["conversation", "end", "1", "--description", "x"], "--error=CODE"),
    (["conversation", "end", "1", "--cleanup", "--error", "1"], "say one of them"),
    (["conversation", "end", "1", "--error", "2147483648"], "not a number from -2147483648"),
    (["conversation", "end", "1", "--error", "x"], "not a number"),
    (["conversation", "list", "--state", "queued"], "one of CONVERSING"),
    (["conversatoin", "list"], "did you mean `conversation`"),
    (["source", "tree"], "needs SOURCE"),
    (["source", "tree", "1", "--depth", "0"], "not a number from 1"),
    (["source", "list", "--parent", "x"], "not a number from 1"),
    (["lineage", "1", "--depth", "101"], "not a number from 1 to 100"),
    (["source", "delete"], "name sources by number"),
    (["source", "delete", "--uri", "x"], "say --yes"),
    (["tenant", "set-quota", "1"], "say --atoms, --bytes or both"),
    (["tenant", "set-quota", "1", "--bytes", "1Z"], "nor \"none\""),
    (["watch"], "needs FOLDER"),
    (["fetch"], "needs URL"),
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
    assert done.returncode == 78 and done.stderr.count("createdb") == 1 and done.stderr.count("[database] conninfo") == 1


def test_a_missing_role_is_78_and_says_how_to_make_it(database, ctl):
    done = ctl("source", "list", check=False, role="nobody-at-all")
    assert done.returncode == 78
    assert "createuser 'nobody-at-all'" in done.stderr and "GRANT hartonomous_operator" in done.stderr


def test_a_wrong_password_is_78_and_is_not_repeated(database, ctl, settings):
    settings.credential("database-password", "battery staple")
    done = ctl("source", "list", check=False, role="hartonomous-password")
    assert done.returncode == 78 and "password" in done.stderr and "battery" not in done.stderr
    assert "check the credential database-password" in done.stderr and "pg_hba" not in done.stderr, "one piece of advice"


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
    database.query("SELECT hartonomous.link_provenance(ARRAY[%s]::bigint[], %s, 'summary')", [other, atom])
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


def test_search_needs_vectors_and_says_so(database, ctl, model, settings):
    settings.write("embedding", {"model": {"directory": model}})
    done = ctl("search", "--json", "cats")
    assert json.loads(done.stdout)["results"] == [] and "hartonomous-embedding" in done.stderr


def test_search_without_a_model_says_what_to_do(database, ctl, settings, tmp_path):
    settings.write("embedding", {"model": {"directory": tmp_path}})
    done = ctl("search", "cats", check=False)
    assert done.returncode == 78 and str(tmp_path) in done.stderr
    done = ctl("search", "--model", "unknown", "cats", check=False)
    assert done.returncode == 78 and 'has no [model "unknown"]; it has all-MiniLM-L6-v2' in done.stderr


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


@pytest.fixture
def person(database, cluster):
    """Roles of this test's own: person("operator", "hartonomous_operator") is a member of that; gone afterwards."""
    made = []

    def make(name, *member_of):
        role = f"{database.name}_{name}"
        cluster.psql(f"CREATE ROLE {role} LOGIN")
        made.append(role)
        for group in member_of:
            cluster.psql(f"GRANT {group} TO {role}")
        return role

    yield make
    for role in made:
        cluster.psql(f"DROP OWNED BY {role}", dbname=database.name)
        cluster.psql(f"DROP ROLE {role}")


def send(database, count=1, queue="Embedding", priority=5, **more):
    """That many messages to a queue of the pipeline, of bodies {"n": 0}, {"n": 1}, …; their handles."""
    options = "".join(f", {name} => %({name})s" for name in more)
    return [database.value(f"SELECT broker.send_one('ClientService', %(queue)s || 'Service', %(queue)s || 'Contract', %(queue)s || 'Request',"
                           f" %(body)s::jsonb, %(priority)s{options})", {"queue": queue, "body": json.dumps({"n": n}), "priority": priority, **more})
            for n in range(count)]


def converse(database, messages=2):
    """A conversation from ClientService to InferenceService; the handles of its ends."""
    near = database.value("SELECT broker.begin_conversation('ClientService', 'InferenceService', 'InferenceJobContract', '1 hour')")
    for n in range(messages):
        database.query("SELECT broker.send(%s, 'InferenceJobRequest', %s::jsonb)", [near, json.dumps({"n": n})])
    return near, database.value("SELECT far_handle FROM broker.conversation WHERE handle = %s", [near])


def read(ctl, *words, **more):
    """What a command says as JSON."""
    return json.loads(ctl(*words, "--json", **more).stdout)


def on_terminal(settings, typed, *words):
    """Runs a command with a terminal as its input: (exit status, standard output, what was shown on standard error)."""
    parent, child = pty.openpty()
    process = subprocess.Popen([program("hartonomousctl"), "--config-dir", settings.folder, *words], stdin=child, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, env=settings.environment("hartonomous"))
    os.close(child)
    os.write(parent, typed.encode())
    said, asked = process.communicate(timeout=60)
    os.close(parent)
    return process.returncode, said, asked


def test_queues_are_listed(letters, database, ctl):
    send(database, 2)
    send(database, deliver_after="infinity")
    database.query("UPDATE broker.queue SET max_readers = 4, retention = '90 s' WHERE name = 'EmbeddingQueue'")
    rows = {row["queue"]: row for row in read(ctl, "queue", "list")}
    assert rows["IngestionQueue"]["dead_letters"] == 3 and rows["IngestionQueue"]["messages"] == 0
    assert rows["IngestionQueue"]["max_readers"] is None and rows["IngestionQueue"]["retention_seconds"] is None
    embedding = rows["EmbeddingQueue"]
    assert embedding["oldest_seconds"] > 0
    assert {**embedding, "oldest_seconds": 0} == {
        "queue": "EmbeddingQueue", "status": "ON", "messages": 2, "deferred": 1, "oldest_seconds": 0, "readers_active": 0, "readers_sleeping": 0,
        "max_readers": 4, "max_attempts": 3, "dead_letters": 0, "max_rollbacks": 5, "retention_seconds": 90}
    people = ctl("queue", "list").stdout.splitlines()
    assert people[0].split("  ")[0] == "QUEUE" and len(people) == len(rows) + 1
    assert any(line.split()[:4] == ["EmbeddingQueue", "ON", "2", "1"] for line in people)


def test_a_queue_is_shown_with_all_there_is_to_know(letters, database, ctl):
    send(database, 2)
    send(database, 1, priority=9)
    send(database, deliver_after="infinity")
    database.query("UPDATE broker.message SET attempts = 2, rollbacks = 1 WHERE priority = 9")
    database.query("INSERT INTO broker.reader_activity (queue_id, pid, consumed, failed, rolled_back, buried)"
                   " SELECT queue_id, 0, 600, 60, 5, 4 FROM broker.queue WHERE name = 'EmbeddingQueue'")
    for minutes, consumed, failed, buried in ((4, 0, 0, 0), (0, 600, 60, 6)):
        database.query("INSERT INTO broker.queue_sample (queue_id, sampled_at, depth, consumed, failed, buried)"
                       " SELECT queue_id, now() - %s * interval '1 minute', 0, %s, %s, %s FROM broker.queue WHERE name = 'EmbeddingQueue'",
                       [minutes, consumed, failed, buried])
    shown = read(ctl, "queue", "show", "EmbeddingQueue")
    assert (shown["queue"], shown["status"], shown["max_attempts"], shown["max_rollbacks"]) == ("EmbeddingQueue", "ON", 3, 5)
    assert (shown["messages"], shown["deferred"], shown["dead_letters"]) == (3, 1, 0) and shown["oldest_seconds"] > 0 and shown["oldest_enqueued_at"]
    assert (shown["consumed"], shown["failed"], shown["rolled_back"], shown["given_up"]) == (600, 60, 5, 4)
    assert shown["priorities"] == [{"priority": 9, "messages": 1, "deferred": 0}, {"priority": 5, "messages": 2, "deferred": 1}]
    assert [row["minutes"] for row in shown["rates"]] == [5, 60], "there is no sample within the last minute before the newest"
    assert shown["rates"][0]["consumed_per_second"] == pytest.approx(2.5, rel=0.05)
    assert shown["rates"][0]["failed_per_second"] == pytest.approx(0.25, rel=0.05)
    assert shown["rates"][0]["given_up_per_second"] == pytest.approx(0.025, rel=0.05)
    assert shown["attempts"] == [{"message_type": "EmbeddingRequest", "attempts": 2, "rollbacks": 1, "messages": 1}]
    assert shown["dead_letter_reasons"] == []
    assert shown["services"] == [{"service": "EmbeddingService", "contract": "EmbeddingContract"}]
    assert {"role": "hartonomous-embedding", "may": "receive", "service": None} in shown["roles"]
    assert {"role": "hartonomous-ingestion", "may": "send", "service": "EmbeddingService"} in shown["roles"]
    assert {"role": "hartonomous_operator", "may": "send", "service": "*"} in shown["roles"]
    letters_of = read(ctl, "queue", "show", "IngestionQueue")["dead_letter_reasons"]
    assert [(row["reason"], row["message_type"], row["dead_letters"]) for row in letters_of] == [("broken\nin two", "IngestionRequest", 3)]
    people = ctl("queue", "show", "EmbeddingQueue").stdout
    for word in ("PRIORITY", "CONSUMED/S", "ATTEMPTS", "EmbeddingContract", "hartonomous-embedding"):
        assert word in people
    assert "broken in two" in ctl("queue", "show", "IngestionQueue").stdout


def test_readers_of_a_queue_are_counted(database, ctl):
    send(database)
    with database.connect() as reader, reader.transaction():
        assert reader.execute("SELECT body FROM broker.receive('EmbeddingQueue')").fetchone() == ({"n": 0},)
        assert read(ctl, "queue", "show", "EmbeddingQueue")["readers_active"] == 1
        assert {row["queue"]: row["readers_active"] for row in read(ctl, "queue", "list")}["EmbeddingQueue"] == 1
        assert [row["state"] for row in read(ctl, "queue", "peek", "EmbeddingQueue")] == ["held"]


def test_a_queue_is_turned_off_and_on(database, ctl):
    assert read(ctl, "queue", "disable", "EmbeddingQueue") == {"queue": "EmbeddingQueue", "status": "OFF", "changed": True}
    assert read(ctl, "queue", "disable", "EmbeddingQueue") == {"queue": "EmbeddingQueue", "status": "OFF", "changed": False}
    assert {row["queue"]: row["status"] for row in read(ctl, "queue", "list")}["EmbeddingQueue"] == "OFF"
    send(database)
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
        database.query("SELECT * FROM broker.receive('EmbeddingQueue')")
    assert ctl("queue", "enable", "EmbeddingQueue").stdout == "EmbeddingQueue is ON\n"
    assert ctl("queue", "enable", "EmbeddingQueue").stdout == "EmbeddingQueue is ON, as it was\n"
    assert len(database.query("SELECT * FROM broker.receive('EmbeddingQueue')")) == 1
    assert [(row["action"], row["queue"]) for row in read(ctl, "queue", "audit")] == [("enable", "EmbeddingQueue"), ("disable", "EmbeddingQueue")]


def test_the_name_of_a_queue_cannot_talk_to_the_terminal(database, ctl, settings):
    name = "odd\x1b[31m\u202equeue"
    database.query("SELECT broker.create_queue(%s)", [name])
    _, _, asked = on_terminal(settings, "\n", "queue", "purge", name)
    for said in (ctl("queue", "disable", name).stdout, ctl("queue", "list").stdout, ctl("queue", "show", name).stdout, asked):
        assert "odd [31m queue" in said and "\x1b" not in said and "\u202e" not in said
    assert read(ctl, "queue", "show", name)["queue"] == name
    assert read(ctl, "queue", "purge", name, "--yes") == {"removed": 0}


def test_messages_are_peeked_at_and_stay(database, ctl):
    handles = send(database, 3)
    urgent = database.value("SELECT broker.send_one('ClientService', 'EmbeddingService', 'EmbeddingContract', 'EmbeddingRequest',"
                            " jsonb_build_object('text', repeat('long ', 100) || chr(155) || 'x', 'none', NULL), 8)")
    rows = read(ctl, "queue", "peek", "EmbeddingQueue")
    assert [row["conversation"] for row in rows] == [urgent, *handles]
    assert rows[0]["body"] == {"text": "long " * 100 + "\u009bx", "none": None} and rows[0]["priority"] == 8
    assert [(row["body"], row["state"], row["attempts"], row["rollbacks"]) for row in rows[1:]] == [({"n": n}, "waiting", 0, 0) for n in range(3)]
    people = ctl("queue", "peek", "EmbeddingQueue").stdout.splitlines()
    assert len(people) == 5 and people[0].endswith("BODY") and "…" in people[1] and "\u009b" not in people[1] and people[2].endswith('{"n": 0}')
    assert [row["conversation"] for row in read(ctl, "queue", "peek", "EmbeddingQueue", "--limit", "2")] == [urgent, handles[0]]
    assert len(read(ctl, "queue", "peek", "EmbeddingQueue", "--limit", "0")) == 4
    assert read(ctl, "queue", "peek", "IngestionQueue") == []
    assert database.value("SELECT count(*) FROM broker.message") == 4


def test_a_message_without_a_body_is_peeked_at(database, ctl):
    database.query("SELECT broker.send_one('ClientService', 'EmbeddingService', 'EmbeddingContract', 'EmbeddingRequest')")
    assert read(ctl, "queue", "peek", "EmbeddingQueue")[0]["body"] is None


def test_a_queue_is_purged_only_when_that_is_said(database, ctl, settings):
    send(database, 2)
    send(database, deliver_after="infinity")
    refused = ctl("queue", "purge", "EmbeddingQueue", check=False)
    assert refused.returncode == 64 and "--yes" in refused.stderr and refused.stderr.count("\n") == 1
    status, said, asked = on_terminal(settings, "Embedding\n", "queue", "purge", "EmbeddingQueue")
    assert status == 1 and said == "" and "3 messages in EmbeddingQueue" in asked and "nothing was removed" in asked
    status, _, asked = on_terminal(settings, "\x04", "queue", "purge", "EmbeddingQueue")
    assert status == 1 and "nothing was removed" in asked
    assert database.value("SELECT count(*) FROM broker.message") == 2
    status, said, _ = on_terminal(settings, "EmbeddingQueue\n", "queue", "purge", "EmbeddingQueue")
    assert (status, said) == (0, "3 removed\n")
    assert database.value("SELECT count(*) FROM broker.message") + database.value("SELECT count(*) FROM broker.deferred_message") == 0
    assert read(ctl, "queue", "purge", "EmbeddingQueue", "--yes") == {"removed": 0}


def test_a_purge_takes_a_type_and_leaves_what_a_reader_has(database, ctl):
    for message_type in ("Neo4jSyncRequest", "AtomsCreated", "AtomsCreated"):
        database.query("SELECT broker.send_one('ClientService', 'Neo4jSyncService', 'Neo4jSyncContract', %s, '{}')", [message_type])
    assert read(ctl, "queue", "purge", "Neo4jSyncQueue", "--type", "AtomsCreated", "--yes") == {"removed": 2}
    with database.connect() as reader:
        with reader.transaction():
            assert len(reader.execute("SELECT * FROM broker.receive('Neo4jSyncQueue')").fetchall()) == 1
            assert ctl("queue", "purge", "Neo4jSyncQueue", "--yes").stdout == "0 removed\n"
    misspelt = ctl("queue", "purge", "Neo4jSyncQueue", "--type", "AtomsCreatd", "--yes", check=False)
    assert misspelt.returncode == 2 and "did you mean AtomsCreated?" in misspelt.stderr
    notes = read(ctl, "queue", "audit", "--queue", "Neo4jSyncQueue")
    assert [note["detail"] for note in notes] == [{"messages": 0}, {"messages": 2, "message_type": "AtomsCreated"}]


def stop_while_it_waits(database, settings, wait_until, *words):
    """Runs a command that has to wait for a lock, and stops it: (exit status, standard output, standard error)."""
    process = subprocess.Popen([program("hartonomousctl"), "--config-dir", settings.folder, *map(str, words)],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=settings.environment("hartonomous"))
    wait_until(lambda: database.value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'hartonomousctl' AND wait_event_type = 'Lock'") == 1, 20)
    process.send_signal(signal.SIGINT)
    said, error = process.communicate(timeout=20)
    return process.returncode, said, error


def test_a_purge_that_is_stopped_removes_nothing(database, settings, wait_until):
    send(database, 2)
    with database.connect() as other, other.transaction():
        other.execute("LOCK TABLE broker.message IN SHARE MODE")
        done = stop_while_it_waits(database, settings, wait_until, "queue", "purge", "EmbeddingQueue", "--yes")
        assert done == (1, "", "hartonomousctl: queue purge: cancelled on request\n")
        assert database.value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'hartonomousctl' AND state <> 'idle'") == 0
    assert database.value("SELECT count(*) FROM broker.message") == 2


def test_a_conversation_that_a_reader_has_ends_behind_it_or_not_at_all(database, ctl, settings, wait_until):
    near, far = converse(database)
    with database.connect() as reader, reader.transaction():
        assert len(reader.execute("SELECT * FROM broker.receive('InferenceQueue')").fetchall()) == 1
        done = stop_while_it_waits(database, settings, wait_until, "conversation", "end", far)
        assert done == (1, "", "hartonomousctl: conversation end: cancelled on request\n")
    assert read(ctl, "conversation", "show", near)["far_end"]["waiting"] == 1
    assert read(ctl, "conversation", "end", far) == {"ended": far}


@pytest.mark.parametrize("words", [
    ["queue", "show"], ["queue", "enable"], ["queue", "disable"], ["queue", "peek"], ["queue", "purge", "--yes"], ["queue", "audit", "--queue"],
    ["dead-letter", "list", "--queue"], ["dead-letter", "summary", "--queue"], ["dead-letter", "replay", "--queue"],
    ["dead-letter", "discard", "--yes", "--queue"],
])
def test_a_misspelt_queue_is_2_with_what_was_meant(database, ctl, words):
    near = ctl(*words, "EmbedingQueue", check=False)
    assert near.returncode == 2 and near.stderr == "hartonomousctl: queue EmbedingQueue: there is none; did you mean EmbeddingQueue?\n"
    far = ctl(*words, "x'; DROP TABLE", check=False)
    assert far.returncode == 2 and "`hartonomousctl queue list` shows what there is" in far.stderr
    assert near.stdout == far.stdout == ""
    assert database.query("SELECT * FROM broker.audit") == []


def test_a_dropped_queue_is_still_found_in_the_audit(database, ctl):
    database.query("SELECT broker.create_queue('Passing')")
    database.query("SELECT broker.drop_queue('Passing')")
    note = read(ctl, "queue", "audit", "--queue", "Passing")[0]
    assert (note["action"], note["role"], note["detail"]) == ("drop", "hartonomous", {"queue": "Passing"}) and note["at"]


# --- conversations ---


def test_conversations_are_listed(database, ctl):
    near, far = converse(database)
    other, _ = converse(database, 0)
    rows = read(ctl, "conversation", "list")
    assert len(rows) == 4 and [row["handle"] for row in rows] == sorted((row["handle"] for row in rows), reverse=True)
    one = {row["handle"]: row for row in rows}
    assert one[near]["side"] == "initiator" and one[near]["waiting"] == 0 and one[near]["far_handle"] == far and one[near]["expires_at"]
    assert one[far]["side"] == "target" and one[far]["waiting"] == 2 and one[far]["service"] == "InferenceService"
    assert one[far]["begun_by"] == "hartonomous" and one[far]["conversation_group"] == far
    assert {row["handle"] for row in read(ctl, "conversation", "list", "--service", "ClientService")} == {near, other}
    assert len(read(ctl, "conversation", "list", "--limit", "3")) == 3
    database.query("SELECT broker.end_conversation(%s)", [other])
    assert [row["state"] for row in read(ctl, "conversation", "list", "--state", "DISCONNECTED_INBOUND")] == ["DISCONNECTED_INBOUND"]
    assert read(ctl, "conversation", "list", "--state", "ERROR") == []
    assert len(ctl("conversation", "list").stdout.splitlines()) == 4
    wrong = ctl("conversation", "list", "--state", "converse", check=False)
    assert wrong.returncode == 64 and "one of CONVERSING, DISCONNECTED_INBOUND, ERROR" in wrong.stderr
    misspelt = ctl("conversation", "list", "--service", "InferenceServise", check=False)
    assert misspelt.returncode == 2 and "did you mean InferenceService?" in misspelt.stderr


def test_a_conversation_is_shown_with_both_ends_and_what_is_under_way(database, ctl):
    near, far = converse(database)
    database.query("SELECT broker.send(%s, 'InferenceJobRequest', '{\"n\": 9}', now() + interval '1 hour')", [near])
    database.query("SELECT broker.set_timer(%s, '1 hour')", [near])
    shown = read(ctl, "conversation", "show", near)
    assert shown["handle"] == near and shown["side"] == "initiator" and shown["timer_at"] and shown["expires_at"]
    assert shown["far_end"]["handle"] == far and shown["far_end"]["waiting"] == 2 and shown["far_end"]["timer_at"] is None
    assert [(row["conversation"], row["state"], row["message_type"], row["body"]) for row in shown["messages"]] == [
        (far, "waiting", "InferenceJobRequest", {"n": 0}), (far, "waiting", "InferenceJobRequest", {"n": 1}),
        (far, "deferred", "InferenceJobRequest", {"n": 9}), (near, "timer", "DialogTimer", None)]
    assert all(row["due_at"] for row in shown["messages"][2:])
    people = ctl("conversation", "show", far).stdout
    assert people.index(str(far)) < people.index("target") < people.index("initiator") and "DialogTimer" in people and '{"n": 9}' in people
    assert read(ctl, "conversation", "show", far)["far_end"]["handle"] == near


def test_messages_to_a_service_that_is_missing_are_shown(database, ctl):
    near = database.value("SELECT broker.begin_conversation('ClientService', 'LaterService', 'InferenceJobContract')")
    database.query("SELECT broker.send(%s, 'InferenceJobRequest', '{}')", [near])
    assert [row["state"] for row in read(ctl, "conversation", "show", near)["messages"]] == ["undelivered"]
    assert len(read(ctl, "conversation", "list", "--service", "LaterService")) == 1


def test_handles_that_are_none_get_one_clear_line(database, ctl):
    one_way, = send(database)
    near, far = converse(database)
    database.query("SELECT broker.end_conversation(%s)", [near])
    for action in ("show", "end"):
        for handle, status, said in ((987654321, 2, "there is none"), (one_way, 2, "one-way message"), (near, 2, f"the other one is {far}"),
                                     ("x", 64, "not a number"), ("-1", 64, ""), ("0", 64, "not a number"), ("99999999999999999999", 64, "not a number")):
            done = ctl("conversation", action, handle, check=False)
            assert done.returncode == status and said in done.stderr and done.stderr.count("\n") == 1 and done.stdout == "", handle
    assert "The other end has ended." in ctl("conversation", "show", far).stdout
    assert read(ctl, "conversation", "show", far)["far_end"] is None


def test_a_conversation_is_ended(database, ctl):
    near, far = converse(database)
    assert ctl("conversation", "end", far).stdout == f"{far} ended\n"
    assert read(ctl, "conversation", "show", near)["state"] == "DISCONNECTED_INBOUND"
    assert [row["message_type"] for row in read(ctl, "conversation", "show", near)["messages"]] == ["EndDialog"]
    assert ctl("conversation", "end", far, check=False).returncode == 2
    assert database.value("SELECT count(*) FROM broker.message WHERE message_type = 'InferenceJobRequest'") == 0
    note = read(ctl, "queue", "audit")[0]
    assert (note["action"], note["queue"], note["subject"]) == ("end", "InferenceQueue", far)


def test_a_conversation_is_ended_with_an_error_or_without_a_word(database, ctl):
    near, far = converse(database)
    assert read(ctl, "conversation", "end", far, "--error", "-7", "--description", "no \"more\"") == {"ended": far}
    shown = read(ctl, "conversation", "show", near)
    assert shown["state"] == "ERROR" and shown["messages"][0]["body"] == {"Code": -7, "Description": "no \"more\""}
    near, far = converse(database)
    ctl("conversation", "end", near, "--cleanup")
    assert ctl("conversation", "show", far, check=False).returncode == 2
    assert database.value("SELECT count(*) FROM broker.message WHERE conversation = ANY (%s)", [[near, far]]) == 0


# --- dead letters ---


def test_dead_letters_are_listed_and_shown(letters, ctl):
    rows = read(ctl, "dead-letter", "list")
    assert [row["id"] for row in rows] == letters[::-1]
    assert rows[0]["reason"] == "broken\nin two" and rows[0]["queue"] == "IngestionQueue"
    assert len(ctl("dead-letter", "list").stdout.splitlines()) == 4, "a reason with a newline stays on its line"
    shown = read(ctl, "dead-letter", "show", letters[0])
    assert shown["body"]["SourceId"] and shown["attempts"] == 1 and shown["metadata"] == {}
    assert '"SourceId"' in ctl("dead-letter", "show", letters[0]).stdout
    missing = ctl("dead-letter", "show", "99999", check=False)
    assert missing.returncode == 2 and "hartonomousctl queue audit" in missing.stderr
    assert read(ctl, "dead-letter", "list", "--queue", "EmbeddingQueue") == []


def test_dead_letters_are_chosen_and_counted_by_queue_reason_and_type(letters, database, ctl):
    send(database, 2)
    bury(database, "EmbeddingQueue", "100% broken_")
    assert len(read(ctl, "dead-letter", "list", "--reason", "broken")) == 3
    assert len(read(ctl, "dead-letter", "list", "--reason", "100% broken_")) == 2
    assert read(ctl, "dead-letter", "list", "--reason", "%") == [], "it is no pattern"
    assert len(read(ctl, "dead-letter", "list", "--type", "EmbeddingRequest")) == 2
    assert read(ctl, "dead-letter", "list", "--type", "EmbeddingRequest", "--reason", "broken") == []
    rows = read(ctl, "dead-letter", "summary")
    assert [(row["dead_letters"], row["queue"], row["message_type"], row["reason"]) for row in rows] == [
        (3, "IngestionQueue", "IngestionRequest", "broken\nin two"), (2, "EmbeddingQueue", "EmbeddingRequest", "100% broken_")]
    assert all(row["first_at"] <= row["last_at"] for row in rows)
    assert [row["dead_letters"] for row in read(ctl, "dead-letter", "summary", "--queue", "EmbeddingQueue")] == [2]
    assert len(ctl("dead-letter", "summary").stdout.splitlines()) == 3
    assert read(ctl, "dead-letter", "replay", "--reason", "100%") == {"replayed": 2}
    assert read(ctl, "dead-letter", "discard", "--type", "IngestionRequest", "--yes") == {"discarded": 3}
    misspelt = ctl("dead-letter", "replay", "--type", "EmbedingRequest", check=False)
    assert misspelt.returncode == 2 and "did you mean EmbeddingRequest?" in misspelt.stderr


def test_failed_sources_are_seen_in_list_and_status(letters, ctl):
    failed = read(ctl, "source", "list", "--state", "failed")
    assert len(failed) == 3 and all("broken" in row["failure"] for row in failed)
    assert read(ctl, "status")["sources"]["failed"] == 3


def test_dead_letters_are_replayed_and_discarded(letters, database, ctl):
    assert read(ctl, "dead-letter", "replay", letters[0]) == {"replayed": 1}
    assert database.value("SELECT count(*) FROM broker.message") == 1
    assert ctl("dead-letter", "replay", letters[0], check=False).returncode == 2
    partly = ctl("dead-letter", "discard", letters[0], letters[1], check=False)
    assert partly.returncode == 1 and "1 discarded" in partly.stdout
    assert read(ctl, "dead-letter", "replay", "--queue", "EmbeddingQueue") == {"replayed": 0}
    assert read(ctl, "dead-letter", "replay", "--all") == {"replayed": 1}
    assert database.value("SELECT count(*) FROM broker.message") == 2
    assert database.value("SELECT count(*) FROM broker.dead_letter") == 0
    assert "0 discarded" in ctl("dead-letter", "discard", "--all", "--yes").stdout
    assert [(note["action"], note["subject"]) for note in read(ctl, "queue", "audit")] == [
        ("replay", letters[2]), ("discard", letters[1]), ("replay", letters[0])]


def test_many_dead_letters_are_discarded_only_when_that_is_said(letters, database, ctl, settings):
    for words in (["--all"], ["--queue", "IngestionQueue"], ["--reason", "broken"]):
        refused = ctl("dead-letter", "discard", *words, check=False)
        assert refused.returncode == 64 and "--yes" in refused.stderr
    status, said, asked = on_terminal(settings, "yes\n", "dead-letter", "discard", "--all")
    assert status == 1 and said == "" and "3 dead letters will be removed" in asked
    assert database.value("SELECT count(*) FROM broker.dead_letter") == 3
    status, said, _ = on_terminal(settings, "IngestionQueue\n", "dead-letter", "discard", "--queue", "IngestionQueue")
    assert (status, said) == (0, "3 discarded\n")


def test_very_many_dead_letters_are_replayed_at_once(database, ctl):
    database.query("""SELECT broker.send_many('ClientService', 'EmbeddingService', 'EmbeddingContract', 'EmbeddingRequest',
                                              array_agg(jsonb_build_object('n', n))) FROM generate_series(1, 20000) AS n""")
    bury(database, "EmbeddingQueue", "broken")
    assert read(ctl, "dead-letter", "replay", "--all") == {"replayed": 20000}
    assert read(ctl, "queue", "purge", "EmbeddingQueue", "--yes") == {"removed": 20000}


def test_what_another_replays_is_passed_over(letters, database, ctl):
    with database.connect() as other:
        with other.transaction():
            other.execute("SELECT broker.replay_dead_letter(%s)", [letters[1]])
            assert read(ctl, "dead-letter", "replay", "--all") == {"replayed": 2}
    assert database.value("SELECT count(*) FROM broker.message") == 3


def test_a_letter_of_a_queue_that_is_gone_says_so(letters, database, ctl):
    database.query("UPDATE broker.dead_letter SET queue = 'Gone' WHERE dead_letter_id = %s", [letters[0]])
    done = ctl("dead-letter", "replay", letters[0], check=False)
    assert done.returncode == 1 and done.stderr.startswith("hartonomousctl: dead-letter replay: unknown queue 'Gone'")
    assert len(read(ctl, "dead-letter", "list", "--queue", "Gone")) == 1
    assert read(ctl, "dead-letter", "discard", letters[0]) == {"discarded": 1}


# --- rights ---


def every_broker_command(database):
    """Each command that looks after the broker, with good arguments."""
    near, far = converse(database)
    other, _ = converse(database)
    send(database, 3)
    bury(database, "EmbeddingQueue", "broken")
    letter = database.value("SELECT min(dead_letter_id) FROM broker.dead_letter")
    return [
        ["queue", "list"], ["queue", "show", "EmbeddingQueue"], ["queue", "disable", "EmbeddingQueue"], ["queue", "enable", "EmbeddingQueue"],
        ["queue", "peek", "InferenceQueue"], ["queue", "audit"], ["conversation", "list"], ["conversation", "show", near],
        ["conversation", "end", far, "--error", "1", "--description", "x"], ["conversation", "end", other, "--cleanup"],
        ["dead-letter", "list"], ["dead-letter", "summary"], ["dead-letter", "show", letter], ["dead-letter", "replay", letter],
        ["dead-letter", "discard", letter + 1], ["dead-letter", "replay", "--all"], ["dead-letter", "discard", "--all", "--yes"],
        ["queue", "purge", "EmbeddingQueue", "--yes"],
    ]


def test_an_operator_may_look_after_the_broker(database, ctl, person):
    operator = person("operator", "hartonomous_operator")
    for words in every_broker_command(database):
        read(ctl, *words, role=operator)
    notes = read(ctl, "queue", "audit", role=operator)
    assert {note["action"] for note in notes} == {"disable", "enable", "end", "replay", "discard", "purge"}
    assert {note["role"] for note in notes} == {operator} and {note["application"] for note in notes} == {"hartonomousctl"}


def test_nobody_else_may_look_after_the_broker(database, ctl, person):
    plain = person("plain")
    for words in every_broker_command(database):
        done = ctl(*words, check=False, role=plain)
        assert done.returncode == 78 and "GRANT hartonomous_operator" in done.stderr, words
        assert done.stderr.count("\n") == 1 and "_sql_" not in done.stderr and done.stdout == ""
        assert done.stderr.startswith("hartonomousctl: " + " ".join(words[:2]) + ": "), "it begins with what was asked for"
    assert database.query("SELECT * FROM broker.audit") == []


def test_a_sender_may_not_change_anything(database, ctl, person):
    sender = person("sender")
    database.query(f"SELECT broker.grant_send('EmbeddingService', '{sender}')")
    before = database.value("SELECT count(*) FROM broker.audit")
    try:
        for words in every_broker_command(database):
            if words[1] in ("disable", "enable", "peek", "purge", "end", "replay", "discard"):
                done = ctl(*words, check=False, role=sender)
                assert done.returncode == 78 and "GRANT hartonomous_operator" in done.stderr, words
    finally:
        database.query(f"SELECT broker.revoke_send('EmbeddingService', '{sender}')")
    assert database.value("SELECT count(*) FROM broker.audit") == before + 1


def test_a_role_of_a_tenant_sees_its_own_alone(letters, database, ctl, person):
    tenant = person("tenant")
    database.query("SELECT hartonomous.enqueue_ingestion('a', 'x', 7), hartonomous.enqueue_ingestion('b', 'x', 0)")
    database.query("UPDATE broker.dead_letter SET tenant_id = 7, body = body || '{\"TenantId\": 7}' WHERE dead_letter_id = %s", [letters[0]])
    database.query(f"SELECT broker.bind_tenant('{tenant}', 7)")
    try:
        row, = (row for row in read(ctl, "queue", "list", role=tenant) if row["queue"] == "IngestionQueue")
        assert (row["messages"], row["dead_letters"]) == (1, 1)
        assert [row["id"] for row in read(ctl, "dead-letter", "list", "--queue", "IngestionQueue", role=tenant)] == [letters[0]]
        assert [row["dead_letters"] for row in read(ctl, "dead-letter", "summary", role=tenant)] == [1]
        assert ctl("dead-letter", "show", letters[1], check=False, role=tenant).returncode == 2
        assert read(ctl, "conversation", "list", role=tenant) == []
        for words in (["queue", "peek", "IngestionQueue"], ["queue", "audit"], ["dead-letter", "replay", "--all"], ["queue", "disable", "IngestionQueue"]):
            assert ctl(*words, check=False, role=tenant).returncode == 78, words
    finally:
        database.query(f"SELECT broker.unbind_tenant('{tenant}')")


# --- status and config ---


def test_status_shows_queues_daemons_and_servers(ingested, ctl):
    status = json.loads(ctl("status", "--json").stdout)
    assert set(status) == {"dependencies", "daemons", "queues", "sources", "counts", "lag_seconds", "graph"}
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
    assert set(rows) == {"hartonomous-ingestion", "hartonomous-graph-sync", "hartonomous-embedding", "hartonomous-fetch"}
    assert all(row["ok"] for row in rows.values())
    settings.write_text("ingestion", "[worker]\nbatch_sise = 3\n")
    done = ctl("config", "check", "--json", check=False)
    assert done.returncode == 78
    rows = {row["program"]: row for row in json.loads(done.stdout)}
    assert not rows["hartonomous-ingestion"]["ok"] and "batch_size" in rows["hartonomous-ingestion"]["message"]
    assert rows["hartonomous-graph-sync"]["ok"]
    assert "ingestion.conf" in ctl("config", "check", check=False).stdout


def completer(folder):
    """complete("queue", "sh"): the words that bash would offer, with the hartonomousctl of `folder`."""
    script = os.path.join(os.environ.get("HARTONOMOUS_SOURCE") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
                          "src", "ctl", "completion.bash")

    def complete(*words):
        probe = f'source {script}; COMP_WORDS=(hartonomousctl "$@"); COMP_CWORD=$#; _hartonomousctl 2>/dev/null; printf "%s\\n" "${{COMPREPLY[@]}}"'
        environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
        return subprocess.run(["bash", "-c", probe, "bash", *words], capture_output=True, text=True, env=environment).stdout.split()

    return complete


def test_completion_knows_commands_actions_and_options(ctl):
    complete = completer(os.path.dirname(program("hartonomousctl")))
    assert {"ingest", "schema", "dead-letter"} <= set(complete(""))
    assert complete("sch") == ["schema"]
    assert set(complete("schema", "")) == {"apply", "status", "verify"}
    assert "--dry-run" in complete("schema", "apply", "--d")
    assert "--wait" in complete("ingest", "--")
    assert {"show", "peek", "purge", "audit"} <= set(complete("queue", ""))
    assert set(complete("conversation", "")) == {"list", "show", "end"}
    assert "--cleanup" in complete("conversation", "end", "--")


def test_completion_knows_the_queues(database, settings, tmp_path):
    wrapper = tmp_path / "hartonomousctl"
    wrapper.write_text(f'#!/bin/sh\nPGUSER=hartonomous exec {program("hartonomousctl")} --config-dir {settings.folder} "$@"\n')
    wrapper.chmod(0o755)
    complete = completer(tmp_path)
    assert complete("queue", "show", "EmbeddingQ") == ["EmbeddingQueue"]
    assert {"IngestionQueue", "ClientQueue"} <= set(complete("queue", "purge", ""))
    assert complete("queue", "show", "EmbeddingQueue", "") == [] and complete("queue", "list", "") == []
    assert complete("dead-letter", "list", "--queue", "Neo") == ["Neo4jSyncQueue"]
    assert complete("dead-letter", "replay", "-q", "Neo") == ["Neo4jSyncQueue"]
    for name in ("one", "other"):
        database.query("SELECT hartonomous.take_up_model(%s, '1', 3, 'native/exact')", (name,))
    assert complete("model", "activate", "o") == ["one", "other"] and complete("search", "--model", "ot") == ["other"]
    assert complete("model", "list", "") == [] and complete("model", "retire", "one", "") == []
