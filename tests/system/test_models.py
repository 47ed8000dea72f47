"""Several models beside each other: how one takes over from another while the daemon works and is killed, what each state allows, and what
`model check` says of this machine."""

import base64
import json
import os
import re
import shutil

import psycopg
import pytest

from model_folder import random_model
from truth import nothing_is_dead, queued

REAL, SMALL = "all-MiniLM-L6-v2", "small one"


class Library:
    """Atoms straight in the database, and what the tables say of models."""

    def __init__(self, database):
        self.database = database

    def add(self, texts, tenant=1, subtype="sentence"):
        with self.database.connect() as connection, connection.transaction():
            connection.execute("INSERT INTO hartonomous.tenant (tenant_id) VALUES (%s) ON CONFLICT DO NOTHING", (tenant,))
            return [connection.execute(
                "INSERT INTO hartonomous.atom (tenant_id, modality, subtype, content_hash, size, atomic_value, canonical_text)"
                " VALUES (%s, 'text', %s, sha256(convert_to(%s, 'UTF8')), length(%s), substr(convert_to(%s, 'UTF8'), 1, 64), %s) RETURNING atom_id",
                (tenant, subtype, text, text, text, text)).fetchone()[0] for text in texts]

    def ask(self, ids, tenant=1):
        self.database.query("SELECT broker.send_one('IngestionService', 'EmbeddingService', 'EmbeddingContract', 'EmbeddingRequest', %s::jsonb)",
                            (json.dumps({"TenantId": tenant, "AtomIds": ids}),))

    def vectors(self, model):
        return self.database.value("SELECT count(*) FROM hartonomous.embedding JOIN hartonomous.model USING (model_id) WHERE name = %s", (model,))

    def number(self, model):
        return self.database.value("SELECT model_id FROM hartonomous.model WHERE name = %s", (model,))

    def states(self):
        return dict(self.database.query("SELECT name, state FROM hartonomous.model ORDER BY 1"))

    def asked(self):
        """Atoms in messages that wait, each as often as it is named."""
        return [row[0] for row in self.database.query(
            "SELECT jsonb_array_elements(body -> 'AtomIds')::bigint FROM broker.message WHERE message_type = 'EmbeddingRequest' ORDER BY 1")]

    def is_idle(self):
        return "EmbeddingQueue" not in queued(self.database)


@pytest.fixture
def library(database):
    return Library(database)


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    return random_model(os.path.join(tmp_path_factory.mktemp("models"), "small"))


@pytest.fixture
def both(settings, model, small):
    """embedding.conf with both models; a later call may add lines."""
    def write(more=""):
        settings.write_text("embedding", f'[worker]\nbatch_size = 1\n{more}[model "{REAL}"]\ndirectory = {model}\n[model "{SMALL}"]\ndirectory = {small}\n')
    write()
    return write


def listed(ctl):
    return {row["name"]: row for row in json.loads(ctl("model", "list", "--json").stdout)}


def sentences(count):
    return [f"sentence number {n} of those that were there before, about {'cats' if n % 2 else 'money'}" for n in range(count)]


def refused(ctl, *arguments, status=1):
    done = ctl(*arguments, check=False)
    assert done.returncode == status, done.stderr
    return done.stderr


def test_another_model_takes_over(library, database, ctl, start, both, settings, wait_until):
    """Added, built while the daemon is killed, activated, the old one searched by name, and removed."""
    old = library.add(sentences(400))
    library.add(["  ", "\t"], subtype="space")  # no atomizer asks for these
    library.ask(old)
    daemon = start("embedding")  # knows the real one alone
    wait_until(lambda: library.vectors(REAL) == 400)
    assert library.states() == {REAL: "active"}

    both()
    assert "can be added" in ctl("model", "add", SMALL, "--dry-run").stdout and library.states() == {REAL: "active"}
    added = ctl("model", "add", SMALL)
    assert "building" in added.stdout and "backfill" in added.stderr
    assert ctl("model", "add", SMALL).stdout == added.stdout
    daemon.stop()
    row = listed(ctl)[SMALL]
    assert (row["state"], row["vectors"], row["missing"], row["bytes"], row["dimension"]) == ("building", 0, 400, 0, 64)
    assert "lacks vectors of 400 atoms" in (said := refused(ctl, "model", "activate", SMALL)) and "--force" in said

    # Asked for once, however often the command is given.
    counts = json.loads(ctl("model", "backfill", SMALL, "--dry-run", "--json").stdout)
    assert counts == {"name": SMALL, "asked": 0, "atoms": 400, "embedded": 0, "waiting": 0}
    assert json.loads(ctl("model", "backfill", SMALL, "--json").stdout)["asked"] == 400
    assert json.loads(ctl("model", "backfill", SMALL, "--json").stdout) == {"name": SMALL, "asked": 0, "atoms": 400, "embedded": 0, "waiting": 400}
    assert library.asked() == sorted(old)
    assert database.query("SELECT DISTINCT priority FROM broker.message WHERE message_type = 'EmbeddingRequest'") == [(3,)]

    def begin():
        return type(daemon)("embedding", settings).wait_ready()

    killed = begin()
    try:
        wait_until(lambda: library.vectors(SMALL) > 0)
        killed.kill()
    finally:
        killed.close()
    again = begin()
    try:
        new = library.add(["an atom that came while the other model was built"])
        library.ask(new)
        done = json.loads(ctl("model", "backfill", SMALL, "--wait", "--json").stdout)
        wait_until(lambda: (library.vectors(REAL), library.vectors(SMALL)) == (401, 401) and library.is_idle())
        assert done["asked"] == 0 and done["atoms"] == 401
        nothing_is_dead(database)

        assert json.loads(ctl("search", "--json", "cats").stdout)["model"] == REAL
        switched = ctl("model", "activate", SMALL)
        assert f"{REAL} was active" in switched.stderr and library.states() == {REAL: "retired", SMALL: "active"}
        newest = library.add(["an atom that came behind the switch"])
        library.ask(newest)
        wait_until(lambda: library.vectors(SMALL) == 402 and library.is_idle())
        assert library.vectors(REAL) == 401
        text = sentences(400)[7]
        for options, model, compared in ((), SMALL, 402), (("--model", REAL), REAL, 401):
            found = json.loads(ctl("search", "--json", "-k", "1", *options, text).stdout)
            assert (found["model"], found["compared"], found["results"][0]["text"]) == (model, compared, text)
            assert found["results"][0]["score"] > 0.999
    finally:
        again.close()

    assert "active" in refused(ctl, "model", "remove", SMALL, "--yes") and "active" in refused(ctl, "model", "retire", SMALL)
    assert "--yes" in refused(ctl, "model", "remove", REAL, status=64)
    assert "401 vectors" in ctl("model", "remove", REAL, "--dry-run").stdout and library.vectors(REAL) == 401
    assert "401 vectors" in ctl("model", "remove", REAL, "--yes").stdout
    assert list(listed(ctl)) == [SMALL] and database.value("SELECT count(*) FROM hartonomous.embedding") == 402


def test_a_backfill_goes_on_where_it_ended(library, database, ctl, both):
    """Portions that were committed are not asked for again, one that was undone is; and a round begins anew when its messages are gone."""
    ids = library.add(sentences(300)) + library.add(sentences(90), tenant=2)
    ctl("model", "add", REAL)
    ctl("model", "add", SMALL)
    model = library.number(SMALL)
    with database.connect() as connection:
        assert connection.execute("SELECT hartonomous.begin_backfill(%s)", (model,)).fetchone()[0]
        for _ in range(2):
            assert connection.execute("SELECT * FROM hartonomous.request_backfill(%s, portion => 70)", (model,)).fetchone() == (70, 70, False)
        with pytest.raises(ZeroDivisionError), connection.transaction():
            connection.execute("SELECT hartonomous.request_backfill(%s, portion => 70)", (model,))
            raise ZeroDivisionError
    assert json.loads(ctl("model", "backfill", SMALL, "--tenant", "2", "--json").stdout)["asked"] == 90
    assert json.loads(ctl("model", "backfill", SMALL, "--json").stdout)["asked"] == 160
    assert library.asked() == sorted(ids)
    assert max(row[0] for row in database.query("SELECT jsonb_array_length(body -> 'AtomIds') FROM broker.message WHERE body ? 'ModelId'")) == 64
    ctl("queue", "purge", "EmbeddingQueue", "--yes")
    assert json.loads(ctl("model", "backfill", SMALL, "--json").stdout)["asked"] == 390
    assert library.asked() == sorted(ids)
    ctl("model", "retire", SMALL)
    assert library.asked() == [], "what a model that gets no more vectors was asked for is dropped"


def test_states_and_who_may_change_them(library, database, ctl, both):
    library.add(sentences(3))
    for name in (REAL, SMALL):
        ctl("model", "add", name)
    assert library.states() == {REAL: "active", SMALL: "building"}
    assert "active" in ctl("model", "add", REAL).stdout, "what is active stays so"
    told = database.value("SELECT count(*) FROM broker.message WHERE message_type = 'Neo4jSyncRequest' AND body ->> 'EntityType' = 'Model'")
    ctl("model", "retire", SMALL)
    assert database.value("SELECT count(*) FROM broker.message WHERE message_type = 'Neo4jSyncRequest' AND body ->> 'EntityType' = 'Model'") > told
    assert "gets no vectors" in refused(ctl, "model", "backfill", SMALL)
    ctl("model", "add", SMALL)
    ctl("model", "activate", SMALL)  # searches find nothing by the other one either
    assert library.states() == {REAL: "retired", SMALL: "active"}
    with pytest.raises(psycopg.errors.UniqueViolation):
        database.query("UPDATE hartonomous.model SET state = 'active'")
    with database.connect(user="hartonomous-embedding") as daemon:
        assert daemon.execute("SELECT state FROM hartonomous.take_up_model('third', '3', 8, 'native/exact')").fetchone() == ("known",)
        with pytest.raises(psycopg.errors.InvalidParameterValue, match="has vectors of 8 numbers in the database, not of 9"):
            daemon.execute("SELECT hartonomous.take_up_model('third', '3', 9, 'native/exact')")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            daemon.execute("SELECT hartonomous.activate_model(%s)", (library.number(REAL),))
    database.query("SELECT hartonomous.record_inference(1, 'question', %s)", (library.number("third"),))
    database.query("INSERT INTO hartonomous.embedding SELECT tenant_id, %s, atom_id, '{1,0,0,0,0,0,0,0}' FROM hartonomous.atom", (library.number("third"),))
    removed = ctl("model", "remove", "third", "--yes")
    assert "3 vectors" in removed.stdout and "inferences name it" in removed.stderr and library.states()["third"] == "known"


def test_an_operator_may_do_it_all_and_others_nothing(library, database, ctl, both, cluster):
    name = "models_operator_of_tests"
    cluster.psql(f"DROP ROLE IF EXISTS {name}; CREATE ROLE {name} LOGIN")
    try:
        library.add(sentences(2))
        assert ctl("model", "list", role=name, check=False).returncode == 78
        cluster.psql(f"GRANT hartonomous_operator TO {name}")
        for words in (("add", REAL), ("add", SMALL), ("list",), ("backfill", SMALL), ("activate", SMALL, "--force"), ("add", REAL),
                      ("retire", REAL), ("remove", REAL, "--yes")):
            ctl("model", *words, role=name)
        assert library.states() == {SMALL: "active"}
    finally:
        cluster.psql(f"DROP ROLE IF EXISTS {name}")


def test_names_are_found_or_explained(library, database, ctl, both):
    assert "there are no vectors yet" in ctl("search", "cats").stderr
    assert "model list" in refused(ctl, "model", "activate", "nothing at all", status=2)
    assert 'has no [model "nothing"]' in refused(ctl, "model", "add", "nothing", status=78)
    for revision in ("aaaa1", "aaaa2", "bbbb1"):
        database.query("SELECT hartonomous.take_up_model('twins', %s, 3, 'native/exact')", (revision,))
    assert "did you mean twins?" in refused(ctl, "model", "retire", "twns", status=2)
    said = refused(ctl, "model", "retire", "twins", status=2)
    assert "several" in said and "twins@aaaa1 (active)" in said and "twins@bbbb1 (known)" in said
    assert "several" in refused(ctl, "model", "retire", "twins@aaaa", status=2)
    assert "bbbb1: retired" in ctl("model", "retire", "twins@bb").stdout
    assert "of its revision aaaa1, but here" in refused(ctl, "search", "--model", "twins", "cats", status=78) \
        or 'has no [model "twins"]' in refused(ctl, "search", "--model", "twins", "cats", status=78)


def test_searches_refuse_other_weights(library, database, ctl, both):
    database.query("SELECT hartonomous.take_up_model(%s, 'abcdef0123456789', 384, 'native/exact')", (REAL,))
    said = refused(ctl, "search", "cats", status=78)
    assert "abcdef012345" in said and "53aa51172d14" in said and f"model add {REAL}" in said


def test_what_is_worth_a_vector_is_what_the_atomizers_say(database, build):
    """hartonomous.is_embeddable has the same kinds as the table of atomizers."""
    with open(os.path.join(build, "src", "atomizer", "atomizer_table.c"), encoding="utf-8") as file:
        table = file.read()
    subtypes = {m[1]: re.findall(r'\{"([a-z-]+)", (true|false), (?:NULL|"([a-z]+)")\}', m[2])
                for m in re.finditer(r"subtypes_(\d+)\[\] = \{(.*?)\n\s*\};", table, re.DOTALL)}
    kinds = {}
    for modality, number in re.findall(r'\.modality = "([a-z]+)".*?\.subtypes = subtypes_(\d+)', table, re.DOTALL):
        for name, embeddable, own in subtypes[number]:
            kinds.setdefault((own or modality, name), embeddable == "true" and (own or modality) == "text")
    assert any(kinds.values()) and not all(kinds.values())
    for (modality, name), embeddable in kinds.items():
        assert database.value("SELECT hartonomous.is_embeddable(%s, %s)", (modality, name)) == embeddable, (modality, name)


# --- model check ---


def checked(ctl, *arguments, status=0):
    done = ctl("model", "check", *arguments, "--json", check=False)
    assert done.returncode == status, done.stderr + done.stdout
    return json.loads(done.stdout)


def test_check_says_what_this_machine_gives(ctl, both):
    found = checked(ctl)
    assert found["model"] == REAL and found["texts"] == 100 and found["reference"].endswith(("/hartonomous-reference.json", "share/hartonomous/models/53aa51172d14.json"))
    first = found["precisions"][0]
    assert first["precision"] == "exact" and first["max_difference"] < 1e-5 and first["least_cosine"] > 0.999999 and first["good"]
    assert all(row["tokens_per_second"] > 0 and row["mean_cosine"] > 0.99 for row in found["precisions"])


def test_check_writes_a_reference_and_finds_what_is_wrong(ctl, both, small, settings, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(small, folder)
    settings.write("embedding", {"model": {"directory": folder, "name": "copy"}})
    path = folder / "hartonomous-reference.json"
    assert "--write" in refused(ctl, "model", "check", "copy")
    assert str(path) in ctl("model", "check", "copy", "--write").stderr
    assert checked(ctl, "copy")["precisions"][0]["max_difference"] == 0
    people = ctl("model", "check").stdout
    assert people.splitlines()[0].split()[0] == "PRECISION" and "native/exact" in people
    good = json.loads(path.read_text(encoding="utf-8"))
    assert good["dimension"] == 64 and len(base64.b64decode(good["texts"][0]["vector"])) == 256
    other = {**good, "texts": [{**good["texts"][2], "vector": good["texts"][5]["vector"]}]}
    path.write_text(json.dumps(other), encoding="utf-8")
    assert not checked(ctl, "copy", status=1)["precisions"][0]["good"]
    for wrong, words in (({**good, "texts": []}, "has no texts"), ({**good, "dimension": 63}, "text 1 has no vector of 63 numbers"),
                         ({**good, "texts": [{"text": "a", "vector": "!"}]}, "text 1 has no vector of 64"), ({"dimension": 64}, "revision"),
                         ({**good, "dimension": "64"}, "dimension"), ([], "dimension")):
        path.write_text(json.dumps(wrong), encoding="utf-8")
        said = refused(ctl, "model", "check", "copy", status=78)
        assert str(path) in said and words in said
    path.write_text('{"revision": ', encoding="utf-8")
    assert str(path) in refused(ctl, "model", "check", "copy", status=78)
    path.write_text(json.dumps({**good, "revision": "0" * 64}), encoding="utf-8")
    assert "--write" in refused(ctl, "model", "check", "copy"), "a reference of other weights is none"
