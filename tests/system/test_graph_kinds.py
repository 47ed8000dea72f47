"""Every kind of entity that the graph shows: made by entry points and by plain SQL, changed column by column, taken away. After each step
the official driver finds exactly what docs/graph.md says, and nothing else."""

import json

from graph_model import assert_graph_is_as_documented
from graph_state import add_atom, add_document, add_tenant
from provenance_case import carry, link, record, settle

PLAIN = "plain words"
HOSTILE = ["'}) DETACH DELETE n //", '"}) MATCH (n) DETACH DELETE n', "`:Atom`; $rows {{x}}", "\\u0027 \\ \\\\", "line\nbreak\ttab\x01\x7f",
           "\U0001d54f 😀 e\u0301 \u202e \ufeff \uffff \U0010ffff", "'; DROP CONSTRAINT atom_unique; //", " ", "null"]
MEGABYTE = "ä'\"`\\}) 😀" * 60000
TABLES = ["access_event", "classification", "compliance_rule", "inference_feedback", "inference_alternative", "inference_atom", "inference", "generated_atom",
          "generation_stream", "provenance_edge", "operation", "user_account"]


class World:
    """One of everything, of one tenant; `word` is in all texts that are short, `text` in all that may be long."""

    def __init__(self, database, connection, tenant, word, text):
        self.connection, self.tenant, self.word, self.text = connection, tenant, word, text
        self.metadata = {word: [text, {"nested": 1}]}
        add_tenant(connection, tenant)
        self.atoms = [add_atom(connection, tenant, "text", "sentence", f"{n} {word}".encode()) for n in range(6)]
        self.long_atom = add_atom(connection, tenant, "text", "paragraph", text.encode())
        self.user = record(connection, "add_user", tenant, word, "restricted")
        self.add_operations()
        self.models = [record(connection, "register_model", f"{word} of {tenant}", revision + word, word, dimension)
                       for revision, dimension in (("1", None), ("2", 384), ("3", None))]
        self.add_streams()
        self.add_inferences()
        self.add_access()

    def add_operations(self):
        c, a = self.connection, self.atoms
        self.operation = record(c, "begin_operation", self.tenant, self.word, self.text, self.user, self.metadata)
        link(c, a[1:3], a[0], derivation=self.word, operation_id=self.operation, weight=0.25, confidence=0.5)
        link(c, [a[3]], a[0], "SUPERSEDED_BY", operation_id=self.operation)
        link(c, [a[3]], a[1], "summary")
        record(c, "end_operation", self.operation, self.word, self.text)
        self.running = record(c, "begin_operation", self.tenant, "run")
        link(c, [self.long_atom], a[5], operation_id=self.running)

    def add_streams(self):
        c, a = self.connection, self.atoms
        self.stream = record(c, "begin_generation", self.tenant, self.text, self.models[1], self.metadata)
        record(c, "add_generated", self.stream, [a[2], a[0], a[2]])
        record(c, "end_generation", self.stream, [a[4]], self.text)
        self.endless = record(c, "begin_generation", self.tenant)

    def add_inferences(self):
        c, a = self.connection, self.atoms
        self.inference = record(
            c, "record_inference", self.tenant, self.word, self.models[0], a[:2], [a[2], a[2], a[3]], [a[4]], confidence=0.75,
            influences=[0.5, 0.25, 1.0], reasoning=["hybrid", "symbolic_logic", "hybrid"], context="multimodal", user_id=self.user, duration_us=123,
            alternatives=[{"description": self.text, "confidence": 0.5, "chosen": True, "reason": self.text}, {"description": self.word}],
            error_type=self.word, error_text=self.text, metadata=self.metadata)
        self.feedback = record(c, "add_feedback", self.inference, 0.5, self.text, self.user)
        record(c, "add_feedback", self.inference, 1.0)
        self.bare = record(c, "record_inference", self.tenant, "bare")

    def add_access(self):
        c, a = self.connection, self.atoms
        self.access = record(c, "record_access", self.user, a[0], "read", False, self.text)
        record(c, "classify", a[0], "confidential", self.text)
        record(c, "classify", a[1], "public")
        self.rule = record(c, "set_compliance_rule", self.tenant, self.word, "restricted", 30, self.text)


def world(database, tenant=1, word=PLAIN, text=PLAIN):
    with database.connect() as connection, connection.transaction():
        return World(database, connection, tenant, word, text)


# What each step changes, as the owner would with psql. %(name)s are attributes of the world.
CHANGES = [
    "UPDATE hartonomous.tenant SET name = 'another name' WHERE tenant_id = %(tenant)s",
    "UPDATE hartonomous.tenant SET name = NULL WHERE tenant_id = %(tenant)s",
    "UPDATE hartonomous.user_account SET name = 'another', clearance = 'public' WHERE user_id = %(user)s",
    """UPDATE hartonomous.operation SET operation_type = 'other', name = NULL, user_id = NULL, state = 'complete', error_type = NULL, error_text = NULL,
              metadata = NULL WHERE operation_id = %(operation)s""",
    "UPDATE hartonomous.operation SET user_id = %(user)s, state = 'failed', ended_at = created_at + interval '1.000001 s' WHERE operation_id = %(running)s",
    "UPDATE hartonomous.operation SET state = 'running', ended_at = NULL WHERE operation_id = %(running)s",
    "UPDATE hartonomous.provenance_edge SET derivation = 'other', weight = 2, confidence = 0.125, created_at = created_at - interval '1 day' WHERE tenant_id = %(tenant)s",
    "UPDATE hartonomous.provenance_edge SET operation_id = %(running)s WHERE operation_id = %(operation)s",
    "UPDATE hartonomous.provenance_edge SET parent_atom_id = %(last)s WHERE parent_atom_id = %(middle)s AND tenant_id = %(tenant)s",
    "UPDATE hartonomous.provenance_edge SET type = 'DERIVED_FROM' WHERE type = 'SUPERSEDED_BY' AND tenant_id = %(tenant)s",
    "UPDATE hartonomous.provenance_edge SET type = 'SUPERSEDED_BY' WHERE derivation = 'other' AND tenant_id = %(tenant)s",
    "UPDATE hartonomous.provenance_edge SET operation_id = NULL WHERE tenant_id = %(tenant)s",
    "UPDATE hartonomous.model SET engine = 'other', dimension = 7 WHERE model_id = %(model)s",
    "UPDATE hartonomous.model SET created_at = created_at - interval '1 day' WHERE model_id = %(newest)s",
    "UPDATE hartonomous.generation_stream SET name = NULL, model_id = NULL, state = 'complete', error_text = NULL, metadata = NULL WHERE stream_id = %(stream)s",
    "UPDATE hartonomous.generation_stream SET model_id = %(newest)s, state = 'running', ended_at = NULL WHERE stream_id = %(stream)s",
    "DELETE FROM hartonomous.generated_atom WHERE stream_id = %(stream)s AND ordinal = 0",
    "INSERT INTO hartonomous.generated_atom VALUES (%(tenant)s, %(endless)s, 0, %(first)s)",
    "UPDATE hartonomous.generated_atom SET ordinal = ordinal + 10, atom_id = %(last)s WHERE stream_id = %(stream)s",
    """UPDATE hartonomous.inference SET task_type = 'other', state = 'complete', error_type = NULL, error_text = NULL, confidence = NULL, duration_us = NULL,
              metadata = NULL, model_id = %(newest)s, user_id = NULL, context = 'semantic_search', reasoning = '{spatial_query}'
       WHERE inference_id = %(inference)s""",
    "UPDATE hartonomous.inference SET model_id = NULL, context = NULL, reasoning = '{}', created_at = created_at - interval '1 us' WHERE inference_id = %(inference)s",
    "UPDATE hartonomous.inference_atom SET influence = 0.0625 WHERE inference_id = %(inference)s AND role = 'used' AND ordinal = 0",
    "DELETE FROM hartonomous.inference_atom WHERE inference_id = %(inference)s AND role = 'input'",
    "INSERT INTO hartonomous.inference_atom VALUES (%(tenant)s, %(bare)s, 'output', 5, %(last)s)",
    "UPDATE hartonomous.inference_alternative SET description = 'other', chosen = NOT chosen, reason = NULL, confidence = 0.875 WHERE inference_id = %(inference)s",
    "DELETE FROM hartonomous.inference_alternative WHERE inference_id = %(inference)s AND rank = 2",
    "UPDATE hartonomous.inference_feedback SET rating = 0, comment = NULL, user_id = NULL WHERE feedback_id = %(feedback)s",
    "DELETE FROM hartonomous.inference_feedback WHERE feedback_id = %(feedback)s",
    "UPDATE hartonomous.access_event SET action = 'export', allowed = true, reason = NULL, atom_id = %(last)s WHERE access_id = %(access)s",
    "UPDATE hartonomous.classification SET level = 'public', reason = 'other' WHERE atom_id = %(first)s",
    "DELETE FROM hartonomous.classification WHERE atom_id = %(first)s",
    "UPDATE hartonomous.compliance_rule SET name = 'other', description = NULL, level = 'public', retention_days = NULL WHERE rule_id = %(rule)s",
]


def names_of(world):
    return {**vars(world), "first": world.atoms[0], "middle": world.atoms[3], "last": world.atoms[5], "model": world.models[0], "newest": world.models[2], "atoms": None}


def apply(database, statement, world):
    values = {name: value for name, value in names_of(world).items() if isinstance(value, int)}
    assert database.query(statement + " RETURNING 1", values), f"changes nothing: {statement}"


def test_every_kind_is_made_changed_and_taken_away(graph, database, start, wait_until):
    mine, other = world(database, 1), world(database, 2)
    carry(database, start, wait_until)
    assert_graph_is_as_documented(database, graph)
    for statement in CHANGES:
        apply(database, statement, mine)
        settle(database, wait_until)
        try:
            assert_graph_is_as_documented(database, graph)
        except AssertionError as error:
            raise AssertionError(f"after {statement}: {error}") from None
    take_away(graph, database, wait_until, mine)
    assert graph.query("MATCH (i:Inference {inferenceId: $id})-[r]->() RETURN count(r) AS n", id=other.inference)[0]["n"] > 8


def take_away(graph, database, wait_until, mine):
    for table in TABLES:
        database.query(f"DELETE FROM hartonomous.{table} WHERE tenant_id = %s", (mine.tenant,))
        settle(database, wait_until)
        try:
            assert_graph_is_as_documented(database, graph)
        except AssertionError as error:
            raise AssertionError(f"after {table} is empty: {error}") from None
    for model in mine.models:
        database.query("DELETE FROM hartonomous.model WHERE model_id = %s", (model,))
    settle(database, wait_until)
    assert_graph_is_as_documented(database, graph)


def test_an_atom_that_goes_takes_what_hung_on_it_along(graph, database, start, wait_until):
    mine = world(database)
    carry(database, start, wait_until)
    with database.connect() as connection, connection.transaction():
        for atom in mine.atoms[:3]:
            connection.execute("DELETE FROM hartonomous.atom WHERE atom_id = %s", (atom,))
            connection.execute("SELECT hartonomous.enqueue_neo4j_sync('Atom', %s, 'DELETE')", (atom,))
    settle(database, wait_until)
    assert_graph_is_as_documented(database, graph)
    assert graph.query("MATCH (a:Atom) WHERE a.id IN $ids RETURN count(a) AS n", ids=mine.atoms[:3]) == [{"n": 0}]


def add_story(database):
    """A document, one that lies in it, and how both were taken apart. Their source ids."""
    outer, root = add_document(database, 1, ["One. ", "Two. ", "One. "], name="outer.zip", announce=False)
    inner, part = add_document(database, 1, ["Three. "], name="inner.txt", announce=False)
    with database.connect() as connection:
        connection.execute("UPDATE hartonomous.source SET parent_source_id = %s, relation = 'archive-entry', depth = 1, problem = 'cut' WHERE source_id = %s",
                           (outer, inner))
        for atom in (root, part):
            connection.execute("""INSERT INTO hartonomous.ingestion_job (tenant_id, root_atom_id, atomizer, atomizer_version, unicode_version, size, problem)
                                  VALUES (1, %s, 'text', 2, '15.0', 5, %s)""", (atom, "page 3" if atom == part else None))
        connection.execute("SELECT hartonomous.tell_graph('Source', 1, %s)", ([outer, inner],))
    return outer, inner


def test_documents_and_their_jobs_are_made_changed_and_taken_away(graph, database, start, wait_until):
    outer, inner = add_story(database)
    carry(database, start, wait_until)
    assert_graph_is_as_documented(database, graph)
    with database.connect() as connection:
        connection.execute("UPDATE hartonomous.ingestion_job SET completed_at = now(), nodes = 3, next_sequence = 4, byte_offset = 5, problem = NULL")
        connection.execute("""UPDATE hartonomous.source SET state = 'queued', uri = NULL, size = NULL, problem = NULL, content_type = NULL, completed_at = NULL,
                                     version = nextval('hartonomous.state_version') WHERE source_id = %s""", (inner,))
        connection.execute("SELECT hartonomous.tell_graph('Source', 1, %s)", ([outer, inner],))
    settle(database, wait_until)
    assert_graph_is_as_documented(database, graph)
    with database.connect() as connection, connection.transaction():
        connection.execute("DELETE FROM hartonomous.source WHERE source_id = %s", (inner,))
        connection.execute("DELETE FROM hartonomous.ingestion_job")
        connection.execute("SELECT hartonomous.tell_graph('Source', 1, %s)", ([outer, inner],))
    settle(database, wait_until)
    assert_graph_is_as_documented(database, graph)


def hostile_world(database, tenant, word, text):
    made = world(database, tenant, word, text)
    source, _ = add_document(database, tenant, [f"{text[:5000]} {n}. " for n in range(3)], name=text if len(text) < 2000 else "long.txt")
    with database.connect() as connection:
        connection.execute("UPDATE hartonomous.source SET uri = %s, content_type = %s, problem = %s WHERE source_id = %s", (text, word, text, source))
        connection.execute("UPDATE hartonomous.tenant SET name = %s WHERE tenant_id = %s", (text, tenant))
        connection.execute("SELECT hartonomous.tell_graph('Source', %s, %s)", (tenant, [source]))
    return made


def test_values_are_data(graph, database, start, wait_until):
    """In every text that an entry point takes; the things of a tenant with plain words stay as they are."""
    constraints = graph.query("SHOW CONSTRAINTS YIELD name RETURN count(*) AS n")
    world(database, 1)
    texts = {tenant: text for tenant, text in enumerate([*HOSTILE, MEGABYTE], 2)}
    made = {tenant: hostile_world(database, tenant, text if len(text) < 1000 else HOSTILE[0], text) for tenant, text in texts.items()}
    carry(database, start, wait_until)
    assert_graph_is_as_documented(database, graph)
    assert graph.query("SHOW CONSTRAINTS YIELD name RETURN count(*) AS n") == constraints
    for tenant, text in texts.items():
        inference = graph.query("MATCH (i:Inference {inferenceId: $id}) RETURN i.errorText AS text, i.metadata AS metadata", id=made[tenant].inference)[0]
        assert inference["text"] == text
        assert list(json.loads(inference["metadata"]).values()) == [[text, {"nested": 1}]]
