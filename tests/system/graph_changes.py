"""Random changes of everything that the graph shows, one transaction each."""

import json
import random

import psycopg

from graph_state import add_atom, add_document, add_tenant

LEVELS = ["public", "internal", "confidential", "restricted"]
CONTEXTS = ["text_generation", "multimodal", "semantic_search"]
MODES = ["vector_similarity", "spatial_query", "graph_traversal", "hybrid", "symbolic_logic"]
NASTY = ["'}) DETACH DELETE n //", "`:Atom`", "\\u0027 \\", "line\nbreak", "😀 \u2028 ü", "plain"]


class Changes:
    def __init__(self, chance: random.Random):
        self.chance = chance
        self.made = self.refused = 0
        self.failures = []

    def run(self, database, over):
        """Until `over` is set; a server that is away is waited for."""
        while not over.is_set():
            try:
                with database.connect(connect_timeout=5) as connection:
                    while not over.is_set():
                        self._one(database, connection)
            except psycopg.OperationalError:
                over.wait(0.05)
            except Exception as error:  # noqa: BLE001 - told by the test
                self.failures.append(error)
                return

    def _one(self, database, connection):
        kind = self.chance.choice(KINDS)
        self.database, self.connection = database, connection
        try:
            with connection.transaction():
                kind(self)
            self.made += 1
        except (psycopg.errors.IntegrityError, psycopg.errors.DataError):
            self.refused += 1  # a cycle, a user that is still referred to, an operation that has ended

    # --- helpers ------------------------------------------------------------------------------------------------------

    def execute(self, statement, *parameters):
        return self.connection.execute(statement, parameters)

    def some(self, table, key, tenant, most=1, condition="true"):
        """Up to `most` random keys of the tenant's."""
        rows = self.execute(f"SELECT {key} FROM hartonomous.{table} WHERE tenant_id = %s AND {condition} ORDER BY random() LIMIT %s", tenant, most)
        return [row[0] for row in rows]

    def one_or_none(self, *arguments):
        found = self.some(*arguments)
        return found[0] if found and self.chance.random() < 0.7 else None

    def tenant(self):
        tenant = self.chance.randrange(1, 4)
        if not self.execute("SELECT FROM hartonomous.source WHERE tenant_id = %s", tenant).fetchone():
            add_document(self.database, tenant, ["The first. "], name=f"first of {tenant}")
        return tenant

    def text(self):
        return f"{self.chance.choice(NASTY)} {self.chance.randrange(1000)}"

    def metadata(self):
        return self.chance.choice([None, json.dumps({"note": self.text(), "n": self.chance.random()})])

    def model(self):
        row = self.execute("SELECT model_id FROM hartonomous.model ORDER BY random() LIMIT 1").fetchone()
        return row[0] if row and self.chance.random() < 0.8 else None

    # --- documents and what was made of them ----------------------------------------------------------------------------

    def document(self):
        sentences = [f"Sentence {self.chance.randrange(300)}. " for _ in range(self.chance.choice([0, 3, 30, 600]))]
        _, root = add_document(self.database, self.tenant(), sentences, name=self.text())
        self.execute("""INSERT INTO hartonomous.ingestion_job (tenant_id, root_atom_id, atomizer, atomizer_version, unicode_version, size, next_sequence,
                               nodes, completed_at)
                        SELECT tenant_id, atom_id, 'text', 1, '15.0', size, %s, 0, now() FROM hartonomous.atom WHERE atom_id = %s
                        ON CONFLICT DO NOTHING""", len(sentences), root)
        self.execute("SELECT hartonomous.enqueue_neo4j_sync('IngestionJob', %s)", root)

    def sources_go(self):
        tenant = self.tenant()
        self.execute("SELECT hartonomous.delete_sources(%s, %s)", tenant, self.some("source", "source_id", tenant, 2))

    def note(self):
        """An atom that is in no document."""
        tenant = self.tenant()
        add_tenant(self.connection, tenant)
        atom = add_atom(self.connection, tenant, "text", "note", self.text().encode())
        self.execute("SELECT hartonomous.enqueue_neo4j_sync('Atom', %s)", atom)

    def note_goes(self):
        tenant = self.tenant()
        for atom in self.some("atom", "atom_id", tenant, 1, "subtype = 'note'"):
            self.execute("DELETE FROM hartonomous.atom WHERE atom_id = %s", atom)
            self.execute("SELECT hartonomous.enqueue_neo4j_sync('Atom', %s, 'DELETE')", atom)

    def link(self):
        tenant = self.tenant()
        atoms = self.some("atom", "atom_id", tenant, self.chance.randrange(2, 8))
        self.execute("SELECT hartonomous.link_provenance(%s, %s, %s, operation_id => %s, weight => %s, metadata => %s)", atoms[1:], atoms[0],
                     self.chance.choice(["DERIVED_FROM", "SUPERSEDED_BY", "summary", "translation"]),
                     self.one_or_none("operation", "operation_id", tenant), self.chance.random(), self.metadata())

    def unlink(self):
        for atom in self.some("provenance_edge", "child_atom_id", self.tenant()):
            self.execute("DELETE FROM hartonomous.provenance_edge WHERE child_atom_id = %s AND random() < 0.7", atom)

    def reweigh(self):
        for atom in self.some("provenance_edge", "child_atom_id", self.tenant(), 3):
            self.execute("UPDATE hartonomous.provenance_edge SET confidence = %s WHERE child_atom_id = %s", self.chance.random(), atom)

    # --- who and what did it --------------------------------------------------------------------------------------------

    def rename_tenant(self):
        self.execute("UPDATE hartonomous.tenant SET name = %s WHERE tenant_id = %s", self.text(), self.tenant())

    def user(self):
        self.execute("SELECT hartonomous.add_user(%s, %s, %s)", self.tenant(), f"user {self.chance.randrange(20)}", self.chance.choice(LEVELS))

    def user_goes(self):
        self.execute("DELETE FROM hartonomous.user_account WHERE user_id = ANY (%s)", self.some("user_account", "user_id", self.tenant()))

    def operation(self):
        tenant = self.tenant()
        self.execute("SELECT hartonomous.begin_operation(%s, %s, %s, %s, %s)", tenant, self.chance.choice(["summarize", "translate"]), self.text(),
                     self.one_or_none("user_account", "user_id", tenant), self.metadata())

    def operation_ends(self):
        for operation in self.some("operation", "operation_id", self.tenant(), 1, "state = 'running'"):
            self.execute("SELECT hartonomous.end_operation(%s, %s, %s)", operation, *self.chance.choice([(None, None), ("timeout", self.text())]))

    def operation_goes(self):
        self.execute("DELETE FROM hartonomous.operation WHERE operation_id = ANY (%s)", self.some("operation", "operation_id", self.tenant()))

    def register(self):
        self.execute("SELECT hartonomous.register_model(%s, %s, 'onnx', 384)", f"model {self.chance.randrange(4)}", f"revision {self.chance.randrange(4)}")

    def model_goes(self):
        self.execute("DELETE FROM hartonomous.model WHERE model_id = %s", self.model())

    # --- what models made -----------------------------------------------------------------------------------------------

    def stream(self):
        self.execute("SELECT hartonomous.begin_generation(%s, %s, %s, %s)", self.tenant(), self.text(), self.model(), self.metadata())

    def stream_grows(self):
        tenant = self.tenant()
        for stream in self.some("generation_stream", "stream_id", tenant, 1, "state = 'running'"):
            self.execute(self.chance.choice(["SELECT hartonomous.add_generated(%s, %s)", "SELECT hartonomous.end_generation(%s, %s)"]), stream,
                         self.some("atom", "atom_id", tenant, 5))

    def inference(self):
        tenant = self.tenant()
        used = self.some("atom", "atom_id", tenant, 4)
        self.execute("""SELECT hartonomous.record_inference(%s, 'answer', model_id => %s, input_atom_ids => %s, used_atom_ids => %s, output_atom_ids => %s,
                               influences => %s, confidence => %s, reasoning => %s, context => %s, user_id => %s, alternatives => %s, metadata => %s)""",
                     tenant, self.model(), self.some("atom", "atom_id", tenant, 2), used, self.some("atom", "atom_id", tenant, 2),
                     [self.chance.random() for _ in used], self.chance.random(), self.chance.sample(MODES, self.chance.randrange(3)),
                     self.chance.choice([None, *CONTEXTS]), self.one_or_none("user_account", "user_id", tenant),
                     json.dumps([{"description": self.text(), "confidence": 0.5, "chosen": n == 0} for n in range(self.chance.randrange(4))]), self.metadata())

    def inference_changes(self):
        for inference in self.some("inference", "inference_id", self.tenant()):
            self.execute("UPDATE hartonomous.inference SET confidence = %s, context = %s WHERE inference_id = %s", self.chance.random(),
                         self.chance.choice([None, *CONTEXTS]), inference)

    def inference_goes(self):
        self.execute("DELETE FROM hartonomous.inference WHERE inference_id = ANY (%s)", self.some("inference", "inference_id", self.tenant()))

    def feedback(self):
        tenant = self.tenant()
        for inference in self.some("inference", "inference_id", tenant):
            self.execute("SELECT hartonomous.add_feedback(%s, %s, %s, %s)", inference, self.chance.random(), self.text(),
                         self.one_or_none("user_account", "user_id", tenant))

    # --- who may see it -------------------------------------------------------------------------------------------------

    def access(self):
        tenant = self.tenant()
        for user in self.some("user_account", "user_id", tenant):
            self.execute("SELECT hartonomous.record_access(%s, %s, 'read', %s, %s)", user, self.some("atom", "atom_id", tenant)[0],
                         self.chance.random() < 0.5, self.text())

    def classify(self):
        self.execute("SELECT hartonomous.classify(%s, %s, %s)", self.some("atom", "atom_id", self.tenant())[0], self.chance.choice(LEVELS), self.text())

    def declassify(self):
        self.execute("DELETE FROM hartonomous.classification WHERE atom_id = ANY (%s)", self.some("classification", "atom_id", self.tenant(), 2))

    def rule(self):
        self.execute("SELECT hartonomous.set_compliance_rule(%s, %s, %s, %s)", self.tenant(), f"rule {self.chance.randrange(5)}", self.chance.choice(LEVELS),
                     self.chance.randrange(1000))

    def rule_goes(self):
        self.execute("DELETE FROM hartonomous.compliance_rule WHERE rule_id = ANY (%s)", self.some("compliance_rule", "rule_id", self.tenant()))


# Documents and edges are what most of a graph is.
KINDS = [Changes.document] * 3 + [Changes.link] * 4 + [
    Changes.sources_go, Changes.note, Changes.note_goes, Changes.unlink, Changes.reweigh, Changes.rename_tenant, Changes.user, Changes.user_goes,
    Changes.operation, Changes.operation_ends, Changes.operation_goes, Changes.register, Changes.model_goes, Changes.stream, Changes.stream_grows,
    Changes.inference, Changes.inference_changes, Changes.inference_goes, Changes.feedback, Changes.access, Changes.classify, Changes.declassify,
    Changes.rule, Changes.rule_goes]
