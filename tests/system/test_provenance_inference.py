"""The provenance questions about inferences (4.1 to 4.10): a graph made by hand, and the rows each question has to give, of
Neo4j and of PostgreSQL. A second tenant has the same things and must never be seen."""

import datetime

import pytest

from graph_state import add_atom, add_tenant
from provenance_shared import Case, announce

TENANT, OTHER, EMPTY = 1, 2, 3
NASTY = "O'Hara \"the\" `1` \\u0041 😀"


def at(minute, microsecond=0, days=0):
    """A time long ago, as questions and answers have it."""
    moment = datetime.datetime(2020, 1, 1) + datetime.timedelta(days=days, minutes=minute, microseconds=microsecond)
    return moment.isoformat(timespec="microseconds") + "Z"


@pytest.fixture(scope="module")
def case(cluster, neo4j):
    with Case(cluster, neo4j) as made:
        with made.connect() as connection, connection.transaction():
            models = add_models(connection)
            made.worlds = {tenant: World(connection, tenant, models) for tenant in (TENANT, OTHER)}
            add_tenant(connection, EMPTY)
        made.settle()
        yield made


def add_models(connection):
    rows = [("mini ☃", "r1", "onnx"), ("mini ☃", "r2", "onnx"), (NASTY, "1", "llama"), ("\ufb01ne", "1", "llama"), ("😀", "1", "llama")]
    return [connection.execute("INSERT INTO hartonomous.model (name, revision, engine) VALUES (%s, %s, %s) RETURNING model_id", row).fetchone()[0]
            for row in rows]


class World:
    """What one tenant has."""

    def __init__(self, connection, tenant, models):
        self.connection, self.tenant, self.models = connection, tenant, models
        add_tenant(connection, tenant)
        self.ann, self.bob = self.user("ann"), self.user(NASTY)
        self.add_documents()
        self.add_inferences()
        self.add_opinions()
        del self.connection

    def one(self, statement, *parameters):
        return self.connection.execute(statement, parameters).fetchone()[0]

    def user(self, name):
        return self.one("INSERT INTO hartonomous.user_account (tenant_id, name) VALUES (%s, %s) RETURNING user_id", self.tenant, name)

    def text(self, content):
        return add_atom(self.connection, self.tenant, "text", "sentence", content.encode())

    def document(self, content, components):
        """An atom made of these, 16 to a run."""
        atom = add_atom(self.connection, self.tenant, "text", "document", content.encode(), text=False)
        for first in range(0, len(components), 16):
            part = components[first:first + 16]
            self.connection.execute(
                """INSERT INTO hartonomous.composition_run (tenant_id, parent_atom_id, first_sequence, first_position, components, sizes)
                   VALUES (%s, %s, %s, %s, %s, %s)""", (self.tenant, atom, first, first, part, [1] * len(part)))
        announce(self.connection, "Composition", atom)
        return atom

    def source(self, root, name, uri, minute):
        source = self.one(
            """INSERT INTO hartonomous.source (tenant_id, file_name, uri, content_type, size, content_hash, state, root_atom_id, created_at,
                                               completed_at)
               SELECT %s, %s, %s, 'text/plain', size, content_hash, 'complete', atom_id, %s::timestamptz, now()
               FROM hartonomous.atom WHERE atom_id = %s RETURNING source_id""", self.tenant, name, uri, at(minute), root)
        announce(self.connection, "Source", source)
        return source

    def add_documents(self):
        """The shared sentence is in a document that was delivered twice, and in another that lies in a box."""
        self.shared, self.second, self.loose = self.text("Shared " + NASTY), self.text("Second."), self.text("Of nowhere.")
        self.answer = self.text("The answer.")
        self.letter = self.document("letter", [self.shared, self.second] + [self.shared] * 40)
        self.inner = self.document("inner", [self.shared])
        self.box = self.document("box", [self.inner])
        self.first_copy = self.source(self.letter, "letter.txt", "file:///a/letter.txt", 1)
        self.second_copy = self.source(self.letter, NASTY, None, 2)
        self.box_copy = self.source(self.box, "box.zip", "file:///box.zip", 3)

    def inference(self, minute, task, model=None, user=None, confidence=None, duration=None, context=None, reasoning=(), failed=None):
        return self.one(
            """INSERT INTO hartonomous.inference (tenant_id, task_type, model_id, user_id, context, reasoning, state, confidence, duration_us,
                                                  error_type, error_text, created_at)
               VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING inference_id""",
            self.tenant, task, None if model is None else self.models[model], user, context, list(reasoning), "failed" if failed else "complete",
            confidence, duration, failed and "oops", failed, at(minute))

    def rests_on(self, inference, role, atoms):
        for ordinal, (atom, influence) in enumerate(atoms):
            self.connection.execute(
                """INSERT INTO hartonomous.inference_atom (tenant_id, inference_id, role, ordinal, atom_id, influence)
                   VALUES (%s, %s, %s, %s, %s, %s)""", (self.tenant, inference, role, ordinal, atom, influence))

    def add_inferences(self):
        self.asked = self.inference(10, "answer", 0, self.ann, 0.9, 100, "semantic_search", ["vector_similarity", "hybrid", "hybrid"])
        self.failed = self.inference(11, "answer", 0, None, None, None, None, ["vector_similarity"], failed="out of 😀")
        self.unsure = self.inference(12, "classify", 1, self.bob, 0.25, 301, "semantic_search", ["symbolic_logic"])
        self.unknown = self.inference(13, NASTY, None, None, 0.25, 7, "multimodal")
        self.guessed = self.inference(14, "answer", 2, self.ann, 0.1, 200, "multimodal", ["hybrid"])
        self.odd = [self.inference(15 + n, "sort", 3 + n, None, 0.5, 10) for n in range(2)]
        self.rests_on(self.asked, "input", [(self.second, None)])
        self.rests_on(self.asked, "used", [(self.shared, 0.5), (self.loose, None), (self.second, 0.5), (self.shared, 0.125), (self.inner, 0.0)])
        self.rests_on(self.asked, "output", [(self.answer, None)])
        self.rests_on(self.unsure, "used", [(self.shared, 0.5), (self.shared, 0.75)])
        self.rests_on(self.unknown, "used", [(self.shared, None)])
        self.rests_on(self.guessed, "input", [(self.shared, None)])

    def add_opinions(self):
        for rank, description, confidence, chosen, reason in ((2, NASTY, None, False, None), (1, "42", 0.9, True, "it is"), (3, "", 0.0, False, "no")):
            self.connection.execute(
                """INSERT INTO hartonomous.inference_alternative (tenant_id, inference_id, rank, description, confidence, chosen, reason)
                   VALUES (%s, %s, %s, %s, %s, %s, %s)""", (self.tenant, self.asked, rank, description, confidence, chosen, reason))
        self.praise, self.doubt, self.tie = (self.one(
            """INSERT INTO hartonomous.inference_feedback (tenant_id, inference_id, user_id, rating, comment, created_at)
               VALUES (%s, %s, %s, %s, %s, %s) RETURNING feedback_id""",
            self.tenant, inference, user, rating, comment, at(minute))
            for inference, user, rating, comment, minute in ((self.asked, self.ann, 1.0, "good", 20), (self.asked, None, 0.25, None, 21),
                                                             (self.unknown, self.bob, 0.0, NASTY, 21)))


@pytest.fixture(params=[TENANT, OTHER])
def world(request, case):
    return case.worlds[request.param]


# --- 4.1 models -------------------------------------------------------------------------------------------------------

def test_models_used_by_all(case, world):
    assert case.ask("inference-models", tenant=world.tenant) == [
        ("mini ☃", "r1", "onnx", 2, 1, at(10), at(11)),
        (NASTY, "1", "llama", 1, 0, at(14), at(14)),
        ("mini ☃", "r2", "onnx", 1, 0, at(12), at(12)),
        ("\ufb01ne", "1", "llama", 1, 0, at(15), at(15)),
        ("😀", "1", "llama", 1, 0, at(16), at(16))], "by code point, where UTF-16 would have the emoji first"


def test_models_used_by_one(case, world):
    assert case.ask("inference-models", tenant=world.tenant, inference=world.unsure) == [("mini ☃", "r2", "onnx", 1, 0, at(12), at(12))]
    assert case.ask("inference-models", tenant=world.tenant, inference=world.unknown) == []


# --- 4.2 evidence -----------------------------------------------------------------------------------------------------

def evidence(world, atom, text, ordinal, influence, origin=None):
    source = {None: (None,) * 6,
              "first": (world.letter, 1, f"source {world.first_copy}", "letter.txt", "file:///a/letter.txt", at(1)),
              "second": (world.letter, 1, f"source {world.second_copy}", NASTY, None, at(2)),
              "box": (world.box, 2, f"source {world.box_copy}", "box.zip", "file:///box.zip", at(3)),
              "own box": (world.box, 1, f"source {world.box_copy}", "box.zip", "file:///box.zip", at(3))}[origin]
    return (atom, "text/document" if atom == world.inner else "text/sentence", ordinal, influence, text, *source)


def expected_evidence(world):
    shared = "Shared " + NASTY
    return [evidence(world, world.shared, shared, 0, 0.5, "first"), evidence(world, world.shared, shared, 0, 0.5, "second"),
            evidence(world, world.shared, shared, 0, 0.5, "box"),
            evidence(world, world.second, "Second.", 2, 0.5, "first"), evidence(world, world.second, "Second.", 2, 0.5, "second"),
            evidence(world, world.shared, shared, 3, 0.125, "first"), evidence(world, world.shared, shared, 3, 0.125, "second"),
            evidence(world, world.shared, shared, 3, 0.125, "box"),
            evidence(world, world.inner, None, 4, 0.0, "own box"),
            evidence(world, world.loose, "Of nowhere.", 1, None)]


def test_evidence_is_what_was_used_and_where_its_documents_came_from(case, world):
    assert case.ask("inference-evidence", tenant=world.tenant, inference=world.asked) == expected_evidence(world)


def test_evidence_goes_no_further_up_than_told(case, world):
    shared = "Shared " + NASTY
    near = [row for row in expected_evidence(world) if row[6] in (None, 1)]
    assert case.ask("inference-evidence", tenant=world.tenant, inference=world.asked, depth=1) == near
    assert case.ask("inference-evidence", tenant=world.tenant, inference=world.asked, depth=0) == [
        evidence(world, world.shared, shared, 0, 0.5), evidence(world, world.second, "Second.", 2, 0.5),
        evidence(world, world.shared, shared, 3, 0.125), evidence(world, world.inner, None, 4, 0.0),
        evidence(world, world.loose, "Of nowhere.", 1, None)]


@pytest.mark.parametrize("limit", [1, 2, 4, 7, 9, 10])
def test_evidence_keeps_its_limit(case, limit):
    world = case.worlds[TENANT]
    assert case.ask("inference-evidence", tenant=TENANT, inference=world.asked, limit=limit) == expected_evidence(world)[:limit]


def test_evidence_of_an_inference_without_atoms(case, world):
    assert case.ask("inference-evidence", tenant=world.tenant, inference=world.failed) == []


# --- 4.3 and 4.4 atoms ------------------------------------------------------------------------------------------------

def test_atoms_of_an_inference(case, world):
    name, sentence, shared = f"inference {world.asked}", "text/sentence", "Shared " + NASTY
    assert case.ask("inference-atoms", tenant=world.tenant, inference=world.asked) == [
        (name, "HAD_INPUT", world.second, 0, None, sentence, "Second."),
        (name, "USED_ATOM", world.shared, 0, 0.5, sentence, shared),
        (name, "USED_ATOM", world.loose, 1, None, sentence, "Of nowhere."),
        (name, "USED_ATOM", world.second, 2, 0.5, sentence, "Second."),
        (name, "USED_ATOM", world.shared, 3, 0.125, sentence, shared),
        (name, "USED_ATOM", world.inner, 4, 0.0, "text/document", None),
        (name, "GENERATED", world.answer, 0, None, sentence, "The answer.")]


def test_influence_of_an_atom(case, world):
    assert case.ask("atom-influence", tenant=world.tenant, atom=world.shared) == [
        (world.unsure, "classify", "mini ☃", "r2", 1, 0.75, 0.25, "complete", at(12)),
        (world.asked, "answer", "mini ☃", "r1", 0, 0.5, 0.9, "complete", at(10)),
        (world.unsure, "classify", "mini ☃", "r2", 0, 0.5, 0.25, "complete", at(12)),
        (world.asked, "answer", "mini ☃", "r1", 3, 0.125, 0.9, "complete", at(10)),
        (world.unknown, NASTY, None, None, 0, None, 0.25, "complete", at(13))]
    assert case.ask("atom-influence", tenant=world.tenant, atom=world.answer) == [], "an atom that was made influenced nothing"


# --- 4.5 and 4.6 how sure, how fast -----------------------------------------------------------------------------------

def test_performance_of_models(case, world):
    assert case.ask("model-performance", tenant=world.tenant) == [
        ("mini ☃", "r1", 2, 1, 0.9, 100, 100, at(11)),
        (NASTY, "1", 1, 0, 0.1, 200, 200, at(14)),
        ("mini ☃", "r2", 1, 0, 0.25, 301, 301, at(12)),
        ("\ufb01ne", "1", 1, 0, 0.5, 10, 10, at(15)),
        ("😀", "1", 1, 0, 0.5, 10, 10, at(16)),
        (None, None, 1, 0, 0.25, 7, 7, at(13))]


def test_performance_from_a_time_on(case, world):
    since = case.ask("model-performance", tenant=world.tenant, since=at(11))
    assert since[0] == (NASTY, "1", 1, 0, 0.1, 200, 200, at(14)) and len(since) == 6
    assert ("mini ☃", "r1", 1, 1, None, None, None, at(11)) in since, "nobody said how sure and how long"
    assert case.ask("model-performance", tenant=world.tenant, since=at(17)) == []


def test_percentile_and_means_of_many(case):
    """A tenant of its own with 41 inferences of one model: durations 1 to 40 and one that is not known."""
    with case.connect() as connection, connection.transaction():
        add_tenant(connection, 4)
        connection.execute(
            """INSERT INTO hartonomous.inference (tenant_id, task_type, model_id, confidence, duration_us, created_at)
               SELECT 4, 'count', (SELECT min(model_id) FROM hartonomous.model), (n %% 3) / 3.0::float8, nullif(n, 0), %s::timestamptz
               FROM generate_series(0, 40) AS n""", (at(30),))
    case.settle()
    assert case.ask("model-performance", tenant=4) == [("mini ☃", "r1", 41, 0, 0.325203, 20, 38, at(30))]


def test_low_confidence(case, world):
    expected = [(world.guessed, "answer", 0.1, NASTY, "1", "ann", "complete", at(14)),
                (world.unsure, "classify", 0.25, "mini ☃", "r2", NASTY, "complete", at(12)),
                (world.unknown, NASTY, 0.25, None, None, None, "complete", at(13))]
    assert case.ask("low-confidence", tenant=world.tenant) == expected, "below a half, which is not below itself; not said is not low"
    assert case.ask("low-confidence", tenant=world.tenant, threshold=0.25) == expected[:1]
    assert case.ask("low-confidence", tenant=world.tenant, threshold=0) == []
    assert case.ask("low-confidence", tenant=world.tenant, limit=2) == expected[:2]


# --- 4.7 to 4.10 ------------------------------------------------------------------------------------------------------

def test_reasoning_modes(case, world):
    assert case.ask("inference-reasoning", tenant=world.tenant) == [
        ("hybrid", 2, 0, 0.5, 150), ("vector_similarity", 2, 1, 0.9, 100), ("symbolic_logic", 1, 0, 0.25, 301)]
    assert case.ask("inference-reasoning", tenant=world.tenant, inference=world.failed) == [("vector_similarity", 1, 1, None, None)]
    assert case.ask("inference-reasoning", tenant=world.tenant, inference=world.unknown) == []


def test_alternatives(case, world):
    expected = [(1, "42", 0.9, True, "it is"), (2, NASTY, None, False, None), (3, "", 0.0, False, "no")]
    assert case.ask("inference-alternatives", tenant=world.tenant, inference=world.asked) == expected
    assert case.ask("inference-alternatives", tenant=world.tenant, inference=world.asked, limit=1) == expected[:1]
    assert case.ask("inference-alternatives", tenant=world.tenant, inference=world.failed) == []


def test_contexts(case, world):
    assert case.ask("inference-contexts", tenant=world.tenant) == [
        ("multimodal", NASTY, 1, 0, 0.25, at(13), at(13)), ("multimodal", "answer", 1, 0, 0.1, at(14), at(14)),
        ("semantic_search", "answer", 1, 0, 0.9, at(10), at(10)), ("semantic_search", "classify", 1, 0, 0.25, at(12), at(12))]
    assert case.ask("inference-contexts", tenant=world.tenant, inference=world.asked) == [("semantic_search", "answer", 1, 0, 0.9, at(10), at(10))]
    assert case.ask("inference-contexts", tenant=world.tenant, inference=world.failed) == []


def test_feedback(case, world):
    expected = [(at(21), world.tie, world.unknown, NASTY, None, None, 0.0, world.bob, NASTY, NASTY),
                (at(21), world.doubt, world.asked, "answer", "mini ☃", "r1", 0.25, None, None, None),
                (at(20), world.praise, world.asked, "answer", "mini ☃", "r1", 1.0, world.ann, "ann", "good")]
    assert case.ask("inference-feedback", tenant=world.tenant) == expected
    assert case.ask("inference-feedback", tenant=world.tenant, inference=world.asked) == expected[1:]
    assert case.ask("inference-feedback", tenant=world.tenant, limit=2) == expected[:2]


# --- all of them ------------------------------------------------------------------------------------------------------

ABOUT_ONE = {"inference-evidence": "asked", "inference-atoms": "asked", "atom-influence": "shared", "inference-alternatives": "asked"}
ABOUT_ALL = ("inference-models", "inference-reasoning", "inference-contexts", "inference-feedback")


def about(name, number):
    return {"atom" if name == "atom-influence" else "inference": number}


@pytest.mark.parametrize("name", [*ABOUT_ONE, *ABOUT_ALL])
def test_what_another_tenant_has_is_not_there(case, name):
    theirs = getattr(case.worlds[OTHER], ABOUT_ONE.get(name, "asked"))
    assert case.ask(name, tenant=OTHER, **about(name, theirs))
    assert case.ask(name, tenant=TENANT, **about(name, theirs)) == []


@pytest.mark.parametrize("name", [*ABOUT_ONE, *ABOUT_ALL])
@pytest.mark.parametrize("number", [0, 9223372036854775807])
def test_what_is_unknown_has_no_rows(case, name, number):
    assert case.ask(name, tenant=TENANT, **about(name, number)) == []


@pytest.mark.parametrize("name", [*ABOUT_ALL, "model-performance", "low-confidence"])
@pytest.mark.parametrize("tenant", [EMPTY, 2147483647])
def test_a_tenant_without_inferences_has_no_rows(case, name, tenant):
    assert case.ask(name, tenant=tenant) == []


@pytest.mark.parametrize("name", [*ABOUT_ONE, *ABOUT_ALL, "model-performance", "low-confidence"])
def test_a_limit_cuts_the_end_off(case, name):
    given = about(name, getattr(case.worlds[TENANT], ABOUT_ONE[name])) if name in ABOUT_ONE else {}
    whole = case.ask(name, tenant=TENANT, **given)
    assert len(whole) > 2
    for limit in (1, 2, len(whole)):
        assert case.ask(name, tenant=TENANT, limit=limit, **given) == whole[:limit]


def test_compositions_in_a_circle_end(case):
    """No document has itself in it, but a graph that somebody changed by hand may say so: the walk up ends."""
    with case.connect() as connection, connection.transaction():
        world = World.__new__(World)
        world.connection, world.tenant = connection, 5
        add_tenant(connection, 5)
        sentence = world.text("Round and round.")
        outer = world.document("outer", [sentence])
        inner = world.document("within", [outer] * 20)
        connection.execute(
            """INSERT INTO hartonomous.composition_run (tenant_id, parent_atom_id, first_sequence, first_position, components, sizes)
               VALUES (5, %s, 1, 1, %s, %s)""", (outer, [inner] * 20, [1] * 20))
        announce(connection, "Composition", outer)
        source = world.source(inner, "round.txt", None, 1)
        inference = world.one("INSERT INTO hartonomous.inference (tenant_id, task_type) VALUES (5, 'answer') RETURNING inference_id")
        world.rests_on(inference, "used", [(sentence, 1.0)])
    case.settle()
    assert case.ask("inference-evidence", tenant=5, inference=inference) == [
        (sentence, "text/sentence", 0, 1.0, "Round and round.", inner, 2, f"source {source}", "round.txt", None, at(1))]


def test_what_leads_to_another_tenant_is_not_followed(case):
    case.mix(TENANT, OTHER)
    for world in case.worlds.values():
        for name in (*ABOUT_ALL, "model-performance", "low-confidence"):
            assert case.ask(name, tenant=world.tenant), "as PostgreSQL has it, where tenants cannot be mixed"
        for name, what in ABOUT_ONE.items():
            assert case.ask(name, tenant=world.tenant, **about(name, getattr(world, what)))
