"""Old state never wins: two daemons with two lanes each, and 10,000 changes of the same few entities from several connections. What
PostgreSQL says last is what the graph says."""

import json
import os
import random
import threading

import psycopg
import pytest

from graph_state import add_atom, add_document, assert_equal, dead_letters, idle

SLOW = True

CHANGES = int(os.environ.get("HARTONOMOUS_RACE_CHANGES", "10000"))
CONNECTIONS = 4
LEVELS = ["public", "internal", "confidential", "restricted"]


class Entities:
    """A few of each kind, which everybody changes."""

    def __init__(self, database):
        _, self.document = add_document(database, 1, ["One. ", "Two. ", "Three. "])
        with database.connect() as connection:
            self.atoms = [add_atom(connection, 1, "text", "note", f"Note {n}".encode()) for n in range(6)]
            connection.execute("SELECT hartonomous.enqueue_neo4j_sync('Atom', id) FROM unnest(%s::bigint[]) AS id", (self.atoms,))
            value = lambda statement, *parameters: connection.execute(statement, parameters).fetchone()[0]
            self.user = value("SELECT hartonomous.add_user(1, 'somebody')")
            self.passing = value("SELECT hartonomous.add_user(1, 'comes and goes')")
            self.operation = value("SELECT hartonomous.begin_operation(1, 'summarize')")
            self.model = value("SELECT hartonomous.register_model('a model', '1', 'onnx')")
            self.stream = value("SELECT hartonomous.begin_generation(1, 'a stream', %s)", self.model)
            self.inference = value("SELECT hartonomous.record_inference(1, 'answer', %s, %s)", self.model, self.atoms[:2])
            self.access = value("SELECT hartonomous.record_access(%s, %s, 'read', true)", self.user, self.document)
            self.rule = value("SELECT hartonomous.set_compliance_rule(1, 'a rule', 'internal', 30)")


def link(chance, run, of):
    run("""INSERT INTO hartonomous.provenance_edge (tenant_id, child_atom_id, parent_atom_id, type, derivation, operation_id, weight)
           VALUES (1, %s, %s, %s, 'summary', %s, %s) ON CONFLICT DO NOTHING""", *chance.choice([(of.atoms[0], of.atoms[1]), (of.atoms[2], of.atoms[1])]),
        chance.choice(["DERIVED_FROM", "SUPERSEDED_BY"]), chance.choice([None, of.operation]), chance.random())


def unlink(chance, run, of):
    run("DELETE FROM hartonomous.provenance_edge WHERE child_atom_id = %s", chance.choice([of.atoms[0], of.atoms[2]]))


def reweigh(chance, run, of):
    run("UPDATE hartonomous.provenance_edge SET weight = %s, operation_id = %s WHERE child_atom_id = %s", chance.random(),
        chance.choice([None, of.operation]), of.atoms[0])


def rename_user(chance, run, of):
    run("UPDATE hartonomous.user_account SET name = %s, clearance = %s WHERE user_id = %s", f"name {chance.random()}", chance.choice(LEVELS), of.user)


def user_goes(chance, run, of):
    run("DELETE FROM hartonomous.user_account WHERE user_id = %s", of.passing)


def user_comes(chance, run, of):
    """The same key again."""
    run("""INSERT INTO hartonomous.user_account (tenant_id, user_id, name, clearance) OVERRIDING SYSTEM VALUE VALUES (1, %s, 'comes and goes', %s)
           ON CONFLICT DO NOTHING""", of.passing, chance.choice(LEVELS))


def operation(chance, run, of):
    run("UPDATE hartonomous.operation SET name = %s, metadata = %s, user_id = %s WHERE operation_id = %s", f"name {chance.random()}",
        json.dumps({"n": chance.random()}), chance.choice([None, of.user]), of.operation)


def model(chance, run, of):
    run("UPDATE hartonomous.model SET engine = %s WHERE model_id = %s", f"engine {chance.random()}", of.model)


def stream(chance, run, of):
    run("SELECT hartonomous.add_generated(%s, %s)", of.stream, [chance.choice(of.atoms)])


def stream_shrinks(chance, run, of):
    run("DELETE FROM hartonomous.generated_atom WHERE stream_id = %s AND ordinal > %s", of.stream, chance.randrange(20))


def inference(chance, run, of):
    run("UPDATE hartonomous.inference SET confidence = %s, context = %s, reasoning = %s, user_id = %s WHERE inference_id = %s", chance.random(),
        chance.choice([None, "multimodal", "semantic_search"]), chance.sample(["hybrid", "symbolic_logic", "graph_traversal"], chance.randrange(4)),
        chance.choice([None, of.user]), of.inference)


def feedback(chance, run, of):
    run("SELECT hartonomous.add_feedback(%s, %s, %s, %s)", of.inference, chance.random(), f"comment {chance.random()}", chance.choice([None, of.user]))


def feedback_goes(chance, run, of):
    run("DELETE FROM hartonomous.inference_feedback WHERE inference_id = %s AND rating > %s", of.inference, chance.random())


def access(chance, run, of):
    run("UPDATE hartonomous.access_event SET allowed = %s, reason = %s, atom_id = %s WHERE access_id = %s", chance.random() < 0.5,
        f"reason {chance.random()}", chance.choice(of.atoms), of.access)


def classify(chance, run, of):
    run("SELECT hartonomous.classify(%s, %s, %s)", of.document, chance.choice(LEVELS), f"reason {chance.random()}")


def declassify(chance, run, of):
    run("DELETE FROM hartonomous.classification WHERE atom_id = %s", of.document)


def rule(chance, run, of):
    run("SELECT hartonomous.set_compliance_rule(1, 'a rule', %s, %s)", chance.choice(LEVELS), chance.randrange(100))


def tenant(chance, run, of):
    run("UPDATE hartonomous.tenant SET name = %s WHERE tenant_id = 1", f"name {chance.random()}")


KINDS = [link, unlink, reweigh, rename_user, user_goes, user_comes, operation, model, stream, stream_shrinks, inference, feedback, feedback_goes,
         access, classify, declassify, rule, tenant]


def change(database, entities, seed, count, failures):
    chance = random.Random(seed)
    try:
        with database.connect() as connection:
            def run(statement, *parameters):
                connection.execute(statement, parameters)

            for _ in range(count):
                while True:
                    try:
                        chance.choice(KINDS)(chance, run, entities)
                        break
                    except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
                        continue
    except Exception as error:  # noqa: BLE001 - told by the test
        failures.append(error)


def lag(daemon):
    return [float(line.split()[1]) for line in daemon.get("/metrics")[1].splitlines() if line.startswith("neo4j_sync_lag_seconds")]


@pytest.mark.parametrize("batch_size, changes", [(200, CHANGES), (7, CHANGES // 5)])  # small deliveries take their time
def test_two_daemons_with_two_lanes_and_ten_thousand_changes(graph, database, start, wait_until, batch_size, changes):
    entities = Entities(database)
    sections = {"worker": {"retry_base": "50ms", "retry_max": "500ms", "batch_size": batch_size}, "neo4j": {"lanes": 2}}
    daemons = [start("graph-sync", arguments=(f"--instance={number}",), **sections) for number in (1, 2)]
    failures = []
    threads = [threading.Thread(target=change, args=(database, entities, seed, changes // CONNECTIONS, failures)) for seed in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    wait_until(lambda: idle(database), 900, "the queue of graph sync is empty")
    assert_equal(database, graph)
    assert dead_letters(database) == []
    for daemon in daemons:
        assert lag(daemon) == [0]
