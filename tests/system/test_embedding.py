"""The embedding daemon on a real database and the real model: who gets a vector, which one, and what happens when things go wrong."""

import json
import os
import shutil
import struct
import subprocess

import pytest

import truth
from daemons import program

HELLO = [-0.034478, 0.03102, 0.00673, 0.02611, -0.039362]


class Atoms:
    """Atoms put straight into the database, and requests for their vectors."""

    def __init__(self, database):
        self.database = database

    def add(self, texts, tenant=1, subtype="sentence"):
        """One atom per text (str, or bytes for an atom without canonical text); their ids."""
        with self.database.connect() as connection, connection.transaction():
            connection.execute("INSERT INTO hartonomous.tenant (tenant_id) VALUES (%s) ON CONFLICT DO NOTHING", (tenant,))
            ids = []
            for text in texts:
                content = text.encode() if isinstance(text, str) else text
                ids += connection.execute(
                    "INSERT INTO hartonomous.atom (tenant_id, modality, subtype, content_hash, size, atomic_value, content, canonical_text)"
                    " VALUES (%s, 'text', %s, sha256(%s), %s, %s, %s, %s) RETURNING atom_id",
                    (tenant, subtype, content, len(content), content if len(content) <= 64 else b"",
                     content if len(content) > 64 and isinstance(text, bytes) else None,
                     text if isinstance(text, str) else None)).fetchone()
        return ids

    def ask(self, ids, tenant=1):
        self.send({"TenantId": tenant, "AtomIds": ids})

    def send(self, body):
        self.database.query("SELECT broker.send_one('IngestionService', 'EmbeddingService', 'EmbeddingContract', 'EmbeddingRequest', %s::jsonb)",
                            (json.dumps(body),))

    def count(self):
        return self.database.value("SELECT count(*) FROM hartonomous.embedding")

    def vector(self, atom):
        return self.database.value("SELECT vector FROM hartonomous.embedding WHERE atom_id = %s", (atom,))

    def is_idle(self):
        return "EmbeddingQueue" not in truth.queued(self.database)


@pytest.fixture
def atoms(database):
    return Atoms(database)


def activate(database, name):
    database.query("SELECT hartonomous.activate_model(model_id, true) FROM hartonomous.model WHERE name = %s", (name,))


def sentences(count, words=20, name="x"):
    return [" ".join(f"{name}{n} word{(n * 7 + k * 13) % 997}" for k in range(words // 2)) for n in range(count)]


def test_vectors_are_the_models(start, atoms, wait_until, database):
    start("embedding")
    hello, empty_like, = atoms.add(["hello world", "\t"])
    atoms.ask([hello, empty_like])
    wait_until(lambda: atoms.count() == 2)
    vector = atoms.vector(hello)
    assert vector[:5] == pytest.approx(HELLO, abs=1e-3)
    assert len(vector) == 384 and sum(x * x for x in vector) == pytest.approx(1, abs=1e-5)
    name, revision, dimension, engine = database.query("SELECT name, revision, dimension, engine FROM hartonomous.model")[0]
    assert (name, dimension, engine) == ("all-MiniLM-L6-v2", 384, "native/exact")
    assert revision == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def test_who_gets_a_vector(start, atoms, wait_until, database):
    """Text by bytes counts as text; bytes that are none, atoms that are gone and atoms of another tenant do not hinder."""
    daemon = start("embedding")
    text, as_bytes, long_bytes, no_text = atoms.add(
        ["a sentence", b"with a \0 byte", "ü ".encode() * 50_000, b"\xff\xfe\x00\x01"])
    twin, = atoms.add(["a sentence"], subtype="heading")
    other, = atoms.add(["a sentence"], tenant=2)
    atoms.ask([text, as_bytes, long_bytes, no_text, twin, 999_999, text, other])
    atoms.ask([other, text], tenant=2)
    wait_until(lambda: atoms.count() == 5)
    wait_until(atoms.is_idle)
    assert atoms.vector(twin) == atoms.vector(text) == atoms.vector(other)
    assert {row[0] for row in database.query("SELECT atom_id FROM hartonomous.embedding")} == {text, as_bytes, long_bytes, twin, other}
    assert database.value("SELECT count(*) FROM broker.dead_letter") == 0
    # Asked again: nothing is computed, nothing changes.
    before = database.query("SELECT atom_id, created_at FROM hartonomous.embedding ORDER BY 1")
    atoms.ask([text, as_bytes])
    wait_until(atoms.is_idle)
    assert database.query("SELECT atom_id, created_at FROM hartonomous.embedding ORDER BY 1") == before
    status, metrics = daemon.get("/metrics")
    values = dict(line.rsplit(" ", 1) for line in metrics.splitlines() if line and not line.startswith("#"))
    assert status == 200 and float(values["hartonomous_embeddings_total"]) == 5
    assert float(values["hartonomous_embedding_tokens_total"]) > 256


def test_a_message_of_more_atoms_than_are_looked_up_at_once(start, atoms, wait_until, database):
    start("embedding")
    ids = atoms.add([f"text {n}" for n in range(1100)])
    atoms.ask(ids + ids[:50])
    wait_until(lambda: atoms.count() == 1100, 120)
    wait_until(atoms.is_idle)
    assert database.value("SELECT count(*) FROM broker.dead_letter") == 0


@pytest.mark.parametrize("body, reason", [
    ({"TenantId": 1}, "AtomIds"),
    ({"AtomIds": [1]}, "TenantId"),
    ({"TenantId": -1, "AtomIds": [1]}, "TenantId"),
    ({"TenantId": 1, "AtomIds": []}, "AtomIds"),
    ({"TenantId": 1, "AtomIds": [1, "two"]}, "AtomIds[1]"),
    ({"TenantId": 1, "AtomIds": {"a": 1}}, "AtomIds"),
    ([1, 2], "TenantId"),
])
def test_a_senseless_message_is_dead_lettered_and_hinders_nobody(start, atoms, wait_until, database, body, reason):
    atom, = atoms.add(["still embedded"])
    atoms.send(body)
    atoms.ask([atom])
    start("embedding")
    wait_until(lambda: atoms.count() == 1)
    letters = wait_until(lambda: database.query("SELECT reason FROM broker.dead_letter"))
    assert len(letters) == 1 and "EmbeddingRequest" in letters[0][0] and reason in letters[0][0]
    wait_until(atoms.is_idle)


def test_killed_in_mid_work_each_atom_has_one_vector(start, atoms, wait_until, database):
    ids = atoms.add(sentences(300, words=8))
    for first in range(0, len(ids), 10):
        atoms.ask(ids[first:first + 10])
    daemon = start("embedding", worker={"batch_size": 4})
    for goal in (20, 60, 150):
        wait_until(lambda: atoms.count() >= goal, 60)
        daemon.kill()
        daemon.launch()
    wait_until(lambda: atoms.count() == len(ids), 120)
    wait_until(atoms.is_idle)
    assert database.value("SELECT count(*) FROM broker.dead_letter") == 0


def test_stops_quickly_and_puts_everything_back(start, atoms, wait_until, database):
    ids = atoms.add(sentences(3000, words=60))
    atoms.ask(ids)
    daemon = start("embedding")
    wait_until(lambda: "atoms" in daemon.status, 30)
    daemon.stop(timeout=5)
    assert atoms.count() == 0
    assert truth.queued(database)["EmbeddingQueue"] == 1
    assert database.value("SELECT max(attempts) FROM broker.message") == 0


def test_two_daemons_share_the_work(start, atoms, wait_until, database):
    ids = atoms.add(sentences(200, words=8))
    for first in range(0, len(ids), 10):
        atoms.ask(ids[first:first + 20])  # every atom is asked for twice
    start("embedding", worker={"batch_size": 2})
    start("embedding", worker={"batch_size": 2}, common={"telemetry": {"enabled": False}})
    wait_until(lambda: atoms.count() == len(ids), 120)
    wait_until(atoms.is_idle)
    assert database.value("SELECT count(*) FROM hartonomous.model") == 1
    assert database.value("SELECT count(*) FROM broker.dead_letter") == 0


def test_memory_and_threads_are_few(start, atoms, wait_until):
    ids = atoms.add(sentences(300, words=12))
    atoms.ask(ids)
    daemon = start("embedding")
    wait_until(lambda: atoms.count() == len(ids), 120)
    if not daemon.is_sanitized():
        assert daemon.memory() < 150 << 20
    assert all(len(os.listdir(f"/proc/{pid}/task")) <= 2 for pid in daemon.pids())  # the loop and, where it is served, telemetry


def break_weights(folder, change):
    path = os.path.join(folder, "model.safetensors")
    with open(path, "r+b") as file:
        change(file)


def cut(file):
    file.truncate(50_000_000)


def no_number(file):
    size, = struct.unpack("<Q", file.read(8))
    header = json.loads(file.read(size))
    begin = header["encoder.layer.3.output.dense.weight"]["data_offsets"][0]
    file.seek(8 + size + begin + 4000)
    file.write(struct.pack("<f", float("nan")))


def no_safetensors(file):
    file.write(b"\x80\x02}q\x00")


@pytest.fixture
def model_copy(model, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(model, folder)
    return folder


@pytest.mark.parametrize("change, words", [
    (cut, "cut off"), (no_number, "encoder.layer.3.output.dense.weight: has weights that are not numbers"),
    (no_safetensors, "is no safetensors file")])
def test_a_wrong_model_file_is_one_clear_line_and_status_78(start, database, settings, model_copy, change, words):
    break_weights(model_copy, change)
    daemon = start("embedding", model={"directory": model_copy}, ready=False)
    assert daemon.wait_exit() == 78
    lines = [line for line in daemon.log().splitlines() if words in line]
    assert len(lines) == 1 and f"{model_copy}/model.safetensors" in lines[0]
    checked = subprocess.run([program("hartonomous-embedding"), "--config-dir", settings.folder, "--check-config"],
                             capture_output=True, text=True, env=settings.environment("hartonomous-embedding"))
    assert checked.returncode == 78 and words in checked.stderr


def test_a_missing_model_says_how_to_get_it(start, database, tmp_path):
    daemon = start("embedding", model={"directory": tmp_path / "nowhere"}, ready=False)
    assert daemon.wait_exit() == 78
    assert "scripts/install-model" in daemon.log()


def test_another_model_has_a_row_and_vectors_of_its_own(start, atoms, wait_until, database):
    atom, = atoms.add(["hello world"])
    atoms.ask([atom])
    first = start("embedding")
    wait_until(lambda: atoms.count() == 1)
    first.stop()
    second = start("embedding", model={"name": "renamed"})
    assert database.query("SELECT name, state FROM hartonomous.model ORDER BY 1") == [("all-MiniLM-L6-v2", "active"), ("renamed", "known")]
    atoms.ask([atom])
    wait_until(lambda: "model all-MiniLM-L6-v2 is active, but not in embedding.conf" in second.status)
    assert atoms.count() == 1, "what was there has its vector, and a model that is only known gets none"
    activate(database, "renamed")
    atoms.ask([atom])
    wait_until(lambda: atoms.count() == 2)
    wait_until(lambda: "not in embedding.conf" not in second.status)
    assert second.log().count("is active, but not in embedding.conf") == 1


@pytest.fixture
def two_models(model):
    """Sections of two models; the first is the active one of a new database."""
    return {"model": {"directory": model}, 'model "second"': {"directory": model, "long_texts": "windows", "window_overlap": 16}}


def test_vectors_of_all_models_that_are_wanted(start, atoms, wait_until, database, two_models):
    """Active and building: both; a message that names one: that one, whatever its state; long texts as each model has it."""
    ids = atoms.add(["short", "house river " * 600])
    daemon = start("embedding", **two_models)
    assert database.query("SELECT name, state FROM hartonomous.model ORDER BY model_id") == [("all-MiniLM-L6-v2", "active"), ("second", "known")]
    first, second = (row[0] for row in database.query("SELECT model_id FROM hartonomous.model ORDER BY model_id"))

    def made():
        return sorted(database.query("SELECT model_id, atom_id FROM hartonomous.embedding"))

    atoms.ask(ids)
    wait_until(atoms.is_idle)
    assert made() == [(first, ids[0]), (first, ids[1])]
    atoms.send({"TenantId": 1, "AtomIds": [ids[0]], "ModelId": second})
    wait_until(lambda: len(made()) == 3)
    database.query("SELECT hartonomous.build_model(%s)", (second,))
    atoms.ask(ids)
    atoms.send({"TenantId": 1, "AtomIds": ids, "ModelId": second})
    wait_until(atoms.is_idle)
    assert made() == [(first, ids[0]), (first, ids[1]), (second, ids[0]), (second, ids[1])]
    vectors = {row[:2]: row[2] for row in database.query("SELECT model_id, atom_id, vector FROM hartonomous.embedding")}
    assert vectors[first, ids[0]] == vectors[second, ids[0]], "a text that fits is the same either way"
    assert vectors[first, ids[1]] != vectors[second, ids[1]] and sum(x * x for x in vectors[second, ids[1]]) == pytest.approx(1, abs=1e-5)
    assert database.value("SELECT count(*) FROM broker.dead_letter") == 0 and "model-missing" not in daemon.log()


def test_a_message_that_names_a_model_which_is_not_there(start, atoms, wait_until, database):
    atom, = atoms.add(["hello"])
    start("embedding")
    other = database.value("INSERT INTO hartonomous.model (name, revision, dimension, engine, state) VALUES ('elsewhere', 'r1', 384, 'native/exact', 'building') RETURNING model_id")
    for model_id in (other, 999, 0, "x"):
        atoms.send({"TenantId": 1, "AtomIds": [atom], "ModelId": model_id})
    atoms.ask([atom])
    letters = wait_until(lambda: len(found := database.query("SELECT reason FROM broker.dead_letter")) == 4 and sorted(row[0] for row in found))
    for words in ("model elsewhere (ModelId", "there is no model with ModelId 999", "ModelId"):
        assert any(words in letter for letter in letters), letters
    wait_until(lambda: atoms.count() == 1)
    database.query("DELETE FROM hartonomous.model WHERE name = 'elsewhere'")


def test_the_longest_text_in_windows_takes_bounded_memory(start, atoms, wait_until, two_models):
    two_models["model"]["long_texts"] = "windows"
    atom, = atoms.add(["a b c d e f g " * 5000])
    daemon = start("embedding", **two_models)
    atoms.ask([atom])
    wait_until(lambda: atoms.count() == 1, 120)
    if not daemon.is_sanitized():
        assert daemon.memory() < 150 << 20


def test_atoms_that_are_deleted_meanwhile(start, atoms, wait_until, database):
    ids = atoms.add(sentences(600, words=20))
    daemon = start("embedding")
    atoms.ask(ids)
    wait_until(lambda: "atoms" in daemon.status)
    database.query("DELETE FROM hartonomous.atom WHERE atom_id = ANY (%s)", (ids[::2],))
    wait_until(lambda: atoms.is_idle() and atoms.count() == 300, 120)
    assert database.value("SELECT count(*) FROM broker.dead_letter") == 0


def test_the_manuals_statement_embeds_everything_again(start, atoms, wait_until, database):
    with open(os.path.join(os.path.dirname(__file__), "..", "..", "docs", "embedding.md"), encoding="utf-8") as page:
        statement = page.read().split("```sql\n")[1].split("```")[0]
    atoms.add(["one", "two", "three"])
    atoms.add(["one"], tenant=2)
    start("embedding")
    database.query(statement)
    wait_until(lambda: atoms.count() == 4)


def test_a_model_of_another_dimension_is_refused(start, atoms, wait_until, database):
    first = start("embedding")
    first.stop()
    database.query("UPDATE hartonomous.model SET dimension = 768")
    daemon = start("embedding", ready=False)
    assert daemon.wait_exit() == 78
    assert "768" in daemon.log()


def test_reload_takes_up_a_new_model_and_keeps_the_old_when_it_is_wrong(start, atoms, wait_until, settings, model, model_copy):
    daemon = start("embedding")
    settings.write("embedding", {"model": {"directory": model_copy / "nowhere"}})
    daemon.reload()
    wait_until(lambda: "nowhere" in daemon.log())
    first, second = atoms.add(["first", "second"])
    atoms.ask([first])
    wait_until(lambda: atoms.count() == 1)
    settings.write("embedding", {"model": {"directory": model_copy, "name": "copy"}})
    daemon.reload()
    wait_until(lambda: atoms.database.value("SELECT count(*) FROM hartonomous.model") == 2)
    activate(atoms.database, "copy")
    atoms.ask([second])
    wait_until(lambda: atoms.count() == 2)
    assert atoms.database.value("SELECT m.name FROM hartonomous.embedding JOIN hartonomous.model m USING (model_id) WHERE atom_id = %s", (second,)) == "copy"


def test_reload_while_postgresql_is_away(start, atoms, wait_until, settings, model_copy, cluster):
    daemon = start("embedding")
    cluster.stop("immediate")
    wait_until(lambda: "Waiting for PostgreSQL" in daemon.status)
    settings.write("embedding", {"model": {"directory": model_copy, "name": "copy"}})
    daemon.reload()
    cluster.start()
    wait_until(lambda: "Settings were read again" in daemon.log(), 60)
    (atom,) = atoms.add(["first"])
    atoms.ask([atom])
    wait_until(atoms.is_idle, 30)
    assert atoms.count() == 0, "the new model is known by then, and not active"
    activate(atoms.database, "copy")
    atoms.ask([atom])
    wait_until(lambda: atoms.count() == 1, 30)
    assert atoms.database.value("SELECT m.name FROM hartonomous.embedding JOIN hartonomous.model m USING (model_id)") == "copy"
