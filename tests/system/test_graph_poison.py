"""What Neo4j refuses and PostgreSQL takes: it alone becomes a dead letter, which names it and Neo4j's reason; all the rest arrives."""

import json
import time

import pytest

from graph_state import add_tenant, dead_letters, idle

# More than a key of an index of Neo4j's may have (about 8 kB). PostgreSQL compresses what goes into its own.
TOO_LONG = "x" * 10000

IMPATIENT = {"retry_base": "50ms", "retry_max": "200ms"}


def add_atoms(database, count, bad=(), first=1000):
    """Ids of so many atoms that nobody has told the graph of; those with the numbers `bad` have a type that is too long."""
    with database.connect() as connection:
        add_tenant(connection, 1)
        connection.execute(
            """INSERT INTO hartonomous.atom (tenant_id, atom_id, modality, subtype, content_hash, size, atomic_value, canonical_text)
               OVERRIDING SYSTEM VALUE
               SELECT 1, %(first)s + n, 'text', CASE WHEN n = ANY (%(bad)s::integer[]) THEN %(long)s ELSE 'sentence' END, sha256(n::text::bytea), 1, 'x',
                      'Number ' || n
               FROM generate_series(0, %(count)s - 1) AS n""",
            {"first": first, "bad": list(bad), "long": TOO_LONG, "count": count})
    return list(range(first, first + count))


def send(database, bodies):
    with database.connect() as connection:
        connection.execute("SELECT broker.send_many('ClientService', 'Neo4jSyncService', 'Neo4jSyncContract', 'Neo4jSyncRequest', %s::jsonb[])",
                           ([json.dumps(body) for body in bodies],))


def settle(database, wait_until, timeout=60):
    """Seconds until there is no message any more."""
    begun = time.monotonic()
    wait_until(lambda: idle(database), timeout, "the queue of graph sync is empty")
    return time.monotonic() - begun


def atoms_in(graph):
    return {row["id"] for row in graph.query("MATCH (a:Atom) RETURN a.id AS id")}


def assert_letters(database, *names):
    """One dead letter for each, which names the entity and has Neo4j's own words."""
    letters = dead_letters(database)
    assert len(letters) == len(names), letters
    for name in names:
        assert any(name in reason and "Neo." in reason for _, reason in letters), f"{name}: {letters}"


@pytest.mark.parametrize("api", ["query", "transaction"])
@pytest.mark.parametrize("entity_type", ["Atom", "AtomProvenance"])
def test_one_of_a_thousand_messages(graph, database, start, wait_until, entity_type, api):
    ids = add_atoms(database, 1000, bad=[617])
    send(database, [{"EntityType": entity_type, "EntityId": atom, "SyncType": "CREATE"} for atom in ids])
    start("graph-sync", worker={**IMPATIENT, "batch_size": 1000}, neo4j={"api": api})
    seconds = settle(database, wait_until)
    assert_letters(database, f"Atom {ids[617]} ")
    assert atoms_in(graph) == set(ids) - {ids[617]}
    assert seconds < 30, "each of the thousand came by itself"


def test_one_of_five_thousand_ids_of_a_message(graph, database, start, wait_until):
    ids = add_atoms(database, 5000, bad=[4321])
    send(database, [{"EntityType": "Atom", "TenantId": 1, "EntityIds": ids}])
    start("graph-sync", worker=IMPATIENT)
    settle(database, wait_until)
    assert_letters(database, f"Atom {ids[4321]} ")
    assert atoms_in(graph) == set(ids) - {ids[4321]}


def test_the_first_the_last_and_neighbours(graph, database, start, wait_until):
    bad = [0, 1, 250, 499]
    ids = add_atoms(database, 500, bad=bad)
    send(database, [{"EntityType": "Atom", "TenantId": 1, "EntityIds": ids[:250]}, {"EntityType": "Atom", "TenantId": 1, "EntityIds": ids[250:]}])
    start("graph-sync", worker=IMPATIENT, neo4j={"batch_size": 100})
    settle(database, wait_until)
    assert_letters(database, *(f"Atom {ids[number]} " for number in bad))
    assert atoms_in(graph) == set(ids) - {ids[number] for number in bad}


def test_a_refused_parent_holds_up_neither_its_children_nor_their_other_edges(graph, database, start, wait_until):
    ids = add_atoms(database, 20, bad=[3])
    with database.connect() as connection:
        for child in ids[4:]:
            connection.execute("SELECT hartonomous.link_provenance(%s, %s)", (ids[:4], child))
    start("graph-sync", worker=IMPATIENT)
    settle(database, wait_until)
    assert_letters(database, f"Atom {ids[3]} ")
    assert atoms_in(graph) == set(ids) - {ids[3]}
    edges = graph.query("MATCH (c:Atom)-[:DERIVED_FROM]->(p:Atom) RETURN c.id AS child, p.id AS parent")
    assert {(edge["child"], edge["parent"]) for edge in edges} == {(child, parent) for child in ids[4:] for parent in ids[:3]}


def test_a_model_that_is_refused(graph, database, start, wait_until):
    with database.connect() as connection:
        for name in ("first", TOO_LONG, "last"):
            connection.execute("INSERT INTO hartonomous.model (name, revision, engine) VALUES (%s, '1', 'onnx')", (name,))  # the entry point has a limit
    bad = database.value("SELECT model_id FROM hartonomous.model WHERE name = %s", (TOO_LONG,))
    start("graph-sync", worker=IMPATIENT)
    settle(database, wait_until)
    assert_letters(database, f"Model {bad}")
    assert {row["name"] for row in graph.query("MATCH (m:Model) RETURN m.modelId AS name")} == {"first", "last"}


def test_what_was_refused_arrives_once_it_is_mended(graph, database, ctl, start, wait_until):
    ids = add_atoms(database, 10, bad=[5])
    send(database, [{"EntityType": "Atom", "TenantId": 1, "EntityIds": ids}])
    start("graph-sync", worker=IMPATIENT)
    settle(database, wait_until)
    assert_letters(database, f"Atom {ids[5]} ")
    with database.connect() as connection:
        connection.execute("UPDATE hartonomous.atom SET subtype = 'sentence' WHERE atom_id = %s", (ids[5],))
    letter, = database.query("SELECT dead_letter_id FROM broker.dead_letter")
    ctl("dead-letter", "replay", letter[0])
    settle(database, wait_until)
    assert dead_letters(database) == []
    assert atoms_in(graph) == set(ids)
