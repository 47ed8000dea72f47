"""provenance, lineage and impact as commands: where the answer comes from, its forms, and every mistake."""

import json

import pytest

from provenance_case import add_atoms, ask, assert_answer, carry, link, record, settle


@pytest.fixture
def family(database):
    """a <- b <- c, a <- d, and e that nothing is known of; in tenant 1."""
    with database.connect() as connection:
        ids = add_atoms(connection, 1, ["atom a", "atom b", "atom c", "atom d", "atom e"])
        a, b, c, d, e = ids
        link(connection, [a], b, "summary")
        link(connection, [b], c, "translation", confidence=0.5)
        link(connection, [a], d)
    return dict(zip("abcde", ids))


def rows_of(done, key):
    return [(row["depth"], row["from"], row["type"], row["node"], row["id"], row["count"]) for row in json.loads(done.stdout)[key]]


def test_lineage_and_impact_are_the_same_from_both_sides(graph, database, ctl, start, wait_until, family):
    a, b, c, d, e = family.values()
    with database.connect() as connection:
        inference = record(connection, "record_inference", 1, "answer", input_atom_ids=[b], used_atom_ids=[b, a], output_atom_ids=[d])
        stream = record(connection, "begin_generation", 1, "a stream")
        record(connection, "end_generation", stream, [c, c])
        record(connection, "link_provenance", [c], e, "SUPERSEDED_BY")
    carry(database, start, wait_until)
    up = {side: ctl("lineage", e, "--from", side, "--json") for side in ("graph", "database")}
    assert rows_of(up["graph"], "lineage") == rows_of(up["database"], "lineage") == [
        (1, e, "SUPERSEDED_BY", "Atom", c, 1), (2, c, "DERIVED_FROM", "Atom", b, 1), (3, b, "DERIVED_FROM", "Atom", a, 1)]
    down = {side: ctl("impact", a, "--from", side, "--json") for side in ("graph", "database")}
    assert rows_of(down["graph"], "impact") == rows_of(down["database"], "impact") == [
        (1, a, "DERIVED_FROM", "Atom", b, 1), (1, a, "DERIVED_FROM", "Atom", d, 1), (1, a, "USED_ATOM", "Inference", inference, 1),
        (2, b, "DERIVED_FROM", "Atom", c, 1), (2, d, "GENERATED", "Inference", inference, 1), (2, b, "HAD_INPUT", "Inference", inference, 1),
        (2, b, "USED_ATOM", "Inference", inference, 1),
        (3, c, "GENERATED", "GenerationStream", stream, 2), (3, c, "SUPERSEDED_BY", "Atom", e, 1)]
    for answers in (up, down):
        graph_side, database_side = (json.loads(answers[side].stdout) for side in ("graph", "database"))
        assert graph_side.pop("origin") == "neo4j" and database_side.pop("origin") == "postgresql"
        assert graph_side == database_side
    assert json.loads(down["graph"].stdout)["counts"] == {"derived": 3, "newer": 1, "wholes": 0, "sources": 0, "inferences": 1, "streams": 1}
