"""Provenance questions asked through hartonomousctl, of Neo4j and of PostgreSQL, and recorded rows carried into the graph by the
real daemon.

    def test_x(graph, database, ctl, start, wait_until):
        atoms = … record with SQL functions through database.connect() …
        carry(database, start, wait_until)
        assert_answer(ctl, "lineage-up", [(1, …), …], atom=atoms[0], tenant=1)
"""

import json
import math

from graph_state import dead_letters, idle


def ask_json(ctl, name, from_, /, **parameters):
    """The whole answer as --json gives it. A parameter that is a word of Python's: **{"from": 3}."""
    words = [f"{key}={value}" for key, value in parameters.items() if value is not None]
    done = ctl("provenance", name, *words, "--from", from_, "--json")
    answer = json.loads(done.stdout)
    assert answer["origin"] == {"graph": "neo4j", "database": "postgresql"}.get(from_, answer["origin"])
    return answer


def columns(ctl, name):
    """The names of a question's columns, in order."""
    return [column["name"] for column in json.loads(ctl("provenance", "help", name, "--json").stdout)["columns"]]


def ask(ctl, name, from_, /, **parameters):
    """The rows as tuples, in the order of the columns. from_: "graph" or "database"; None leaves a parameter out. Times are
    texts such as 2026-11-21T10:00:00.000000Z."""
    return [tuple(row.values()) for row in ask_json(ctl, name, from_, **parameters)["rows"]]


def same(one, other):
    """Equal, numbers nearly so: the two sides add them up in another order. ANY is equal to all."""
    if one is ANY or other is ANY:
        return True
    if isinstance(one, float) or isinstance(other, float):
        return None not in (one, other) and math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return type(one) is type(other) and one == other


class _Any:
    def __repr__(self):
        return "ANY"


ANY = _Any()  # in an expected row: whatever it is


def difference(found, expected):
    """The first row in which two lists of rows differ; None where they are the same."""
    for n in range(max(len(found), len(expected))):
        left = found[n] if n < len(found) else "no row"
        right = expected[n] if n < len(expected) else "no row"
        if isinstance(left, str) or isinstance(right, str) or len(left) != len(right) or not all(map(same, left, right)):
            return f"row {n}: {left} where {right} is expected; all: {found}"
    return None


def assert_answer(ctl, name, expected, /, sides=("graph", "database"), **parameters):
    """Both sides answer with exactly these rows, in this order, and with the same rows where ANY is expected."""
    expected = [tuple(row) for row in expected]
    answers = [ask(ctl, name, side, **parameters) for side in sides]
    for side, rows in zip(sides, answers):
        wrong = difference(rows, expected)
        assert wrong is None, f"{name} from {side}: {wrong}"
    for rows in answers[1:]:
        wrong = difference(rows, answers[0])
        assert wrong is None, f"{name}: {sides} do not agree: {wrong}"
    return answers[0]


def carry(database, start, wait_until, timeout=120, **sections):
    """Runs graph sync until all that was recorded is in the graph; the daemon stays, for what is recorded later."""
    daemon = start("graph-sync", **sections)
    settle(database, wait_until, timeout)
    return daemon


def settle(database, wait_until, timeout=120):
    """Waits until graph sync has nothing left to do; nothing may have become a dead letter."""
    wait_until(lambda: idle(database), timeout, "the queue of graph sync is empty")
    assert dead_letters(database) == []


# --- recording, by the entry points in SQL ---


def add_atoms(connection, tenant, texts, modality="text", subtype="sentence"):
    """Atoms with these texts; their ids in order."""
    from graph_state import add_atom, add_tenant

    add_tenant(connection, tenant)
    return [add_atom(connection, tenant, modality, subtype, text.encode()) for text in texts]


def link(connection, parents, child, type="DERIVED_FROM", **more):
    """hartonomous.link_provenance(); more: derivation, operation_id, weight, confidence."""
    return record(connection, "link_provenance", list(parents), child, type, **more)


def record(connection, function, *arguments, **named):
    """SELECT hartonomous.FUNCTION(arguments…, name => value…): its value. Lists of ids become bigint[], dicts and lists of
    dicts jsonb."""
    from psycopg import sql
    from psycopg.types.json import Jsonb

    def value(one):
        return Jsonb(one) if isinstance(one, dict) or (isinstance(one, list) and one and isinstance(one[0], dict)) else one

    marks = [sql.Placeholder()] * len(arguments) + [sql.SQL("{} => {}").format(sql.Identifier(name), sql.Placeholder()) for name in named]
    statement = sql.SQL("SELECT hartonomous.{}({})").format(sql.Identifier(function), sql.SQL(", ").join(marks))
    row = connection.execute(statement, [value(one) for one in (*arguments, *named.values())]).fetchone()
    return row[0] if row else None
