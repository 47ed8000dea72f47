"""Provenance questions about lineage: one small world by hand, its answers by hand, asked of Neo4j (where the daemon brought it) and
of PostgreSQL; a second tenant has the same world under other numbers. And the shapes on which a walk could go on for ever."""

import glob
import os
import re

import pytest

from graph_state import sha256
from provenance_case import ANY, ask, assert_answer, carry

START = 1772359200  # 2026-03-01T10:00:00Z
QUOTED = """It's "quoted", `ticked` \\ 😀 $x {y} }) DETACH DELETE (n"""
LAST = 11


def at(seconds):
    return f"2026-03-01T{10 + seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.000000Z"


def insert(connection, table, columns, rows):
    names = columns.split()
    places = ", ".join(f"to_timestamp({START} + %s)" if name.endswith("_at") else "%s" for name in names)
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO hartonomous.{table} ({', '.join(names)}) OVERRIDING SYSTEM VALUE VALUES ({places})", rows)


def text_of(n):
    return QUOTED if n == 3 else f"atom {n}"


def add_world(connection, tenant, b):
    """1 and 2 are where 3 came from; of 3 came 4 and 5; 6 came of all three; 7 is 6 revised; 8 came of 7. 10 and 12, a heading with the words
    of 6, came of 9; 11 is alone."""
    connection.execute("INSERT INTO hartonomous.tenant (tenant_id, name) VALUES (%s, 'a tenant')", (tenant,))
    words = {**{n: text_of(n) for n in range(1, LAST + 1)}, 12: text_of(6)}
    insert(connection, "atom", "tenant_id atom_id modality subtype content_hash size atomic_value canonical_text created_at",
           [(tenant, b + n, "text", "heading" if n == 12 else "sentence", sha256(words[n].encode()), 100 + n, b"", words[n], n) for n in words])
    insert(connection, "operation", "tenant_id operation_id operation_type name state created_at ended_at",
           [(tenant, b + 1, "summarize", QUOTED, "complete", 20, 23), (tenant, b + 2, "merge", None, "running", 30, None)])
    insert(connection, "provenance_edge", "tenant_id child_atom_id parent_atom_id type derivation operation_id confidence created_at",
           [(tenant, b + child, b + parent, type, derivation, operation and b + operation, confidence, 40)
            for child, parent, type, derivation, operation, confidence in LINKS])


D, S = "DERIVED_FROM", "SUPERSEDED_BY"
LINKS = [(3, 1, D, "summary", 1, 0.5), (3, 2, D, QUOTED, 1, 0.7), (4, 3, D, "translation", 2, 1), (5, 3, D, "extraction", None, 0.25),
         (6, 3, D, "merge", 2, 0.1), (6, 4, D, "merge", 2, 0.2), (6, 5, D, "merge", 2, 0.4), (7, 6, D, "revision", None, 1), (7, 6, S, "edit", 1, 0.9),
         (8, 7, D, "summary", None, 1), (10, 9, D, "summary", None, 1), (12, 9, D, "title", None, 1)]


# --- the answers, by hand; b is what a tenant's numbers begin with ------------------------------------------------------


def step(b, depth, child, parent, type, found):
    """A row of lineage-up or -down: the link, and the atom that it found."""
    derivation, operation, confidence = next(link[3:] for link in LINKS if link[:3] == (child, parent, type))
    return (depth, b + child, b + parent, type, derivation, float(confidence), operation and f"{b + operation}", "text/sentence", text_of(found), at(found))


def around(b, depth, child, parent, type=D):
    return step(b, depth, child, parent, type, child)[:-1]


def up(b, depth, child, parent, type=D):
    return step(b, depth, child, parent, type, parent)


def down(b, depth, child, parent, type=D):
    return step(b, depth, child, parent, type, child)


def end(b, depth, n):
    return (depth, b + n, "text/sentence", sha256(text_of(n).encode()).hex(), 100 + n, text_of(n), at(n))


def made(b, depth, child, parent, type=D):
    derivation, operation, _ = next(link[3:] for link in LINKS if link[:3] == (child, parent, type))
    described = {None: (None, None, None, None, None), 1: (f"{b + 1}", "summarize", QUOTED, "complete", 3_000000),
                 2: (f"{b + 2}", "merge", None, "running", None)}[operation]
    return (depth, b + child, b + parent, type, derivation, *described, at(40))


def hashed(b, depth, n, child=None, derivation=None, kind="text/sentence"):
    words = text_of(6 if n == 12 else n)
    return (depth, b + n, child and b + child, derivation and D, derivation, kind, sha256(words.encode()).hex(), words)


def cases(b):
    upward = [up(b, 1, 8, 7), up(b, 2, 7, 6), up(b, 3, 6, 3), up(b, 3, 6, 4), up(b, 3, 6, 5), up(b, 4, 3, 1), up(b, 4, 3, 2)]
    downward = [down(b, 1, 3, 1), down(b, 2, 4, 3), down(b, 2, 5, 3), down(b, 2, 6, 3), down(b, 3, 7, 6), down(b, 4, 8, 7)]
    tree = [around(b, 1, 4, 3), around(b, 1, 6, 4), around(b, 2, 3, 1), around(b, 2, 3, 2), around(b, 2, 5, 3), around(b, 2, 6, 3),
            around(b, 2, 6, 5), around(b, 2, 7, 6), around(b, 2, 7, 6, S), around(b, 3, 8, 7)]
    operations = [made(b, 1, 8, 7), made(b, 2, 7, 6), made(b, 2, 7, 6, S), made(b, 3, 6, 3), made(b, 3, 6, 4), made(b, 3, 6, 5),
                  made(b, 4, 3, 1), made(b, 4, 3, 2), made(b, 4, 4, 3), made(b, 4, 5, 3)]
    merges = [(b + 6, 3, 1, 1, "text/sentence", "atom 6", at(6)), (b + 3, 2, 2, 1, "text/sentence", QUOTED, at(3))]
    words = sha256(b"atom 6").hex()
    by_hash = [hashed(b, 0, 6), hashed(b, 0, 12, kind="text/heading"), hashed(b, 1, 3, 6, "merge"), hashed(b, 1, 4, 6, "merge"),
               hashed(b, 1, 5, 6, "merge"), hashed(b, 1, 9, 12, "title"), hashed(b, 2, 1, 3, "summary"), hashed(b, 2, 2, 3, QUOTED)]
    depths = [("up", 1, 3, 3, 0.7 / 3), ("up", 2, 2, 2, 0.6), ("down", 1, 1, 2, 0.95), ("down", 2, 1, 1, 1.0)]
    return [
        ("lineage-up", {"atom": b + 8}, upward),
        ("lineage-up", {"atom": b + 8, "depth": 2}, upward[:2]),
        ("lineage-up", {"atom": b + 8, "limit": 1}, upward[:1]),
        ("lineage-up", {"atom": b + 8, "limit": 4}, upward[:4]),
        ("lineage-up", {"atom": b + 6, "depth": 1, "limit": 2}, [up(b, 1, 6, 3), up(b, 1, 6, 4)]),
        ("lineage-up", {"atom": b + 1}, []),
        ("lineage-down", {"atom": b + 1}, downward),
        ("lineage-down", {"atom": b + 1, "depth": 1}, downward[:1]),
        ("lineage-down", {"atom": b + 1, "limit": 3}, downward[:3]),
        ("lineage-down", {"atom": b + 8}, []),
        ("lineage-roots", {"atom": b + 8}, [end(b, 4, 1), end(b, 4, 2)]),
        ("lineage-roots", {"atom": b + 8, "limit": 1}, [end(b, 4, 1)]),
        ("lineage-roots", {"atom": b + 8, "depth": 3}, []),
        ("lineage-roots", {"atom": b + 1}, []),
        ("lineage-leaves", {"atom": b + 2}, [end(b, 4, 8)]),
        ("lineage-leaves", {"atom": b + 9}, [end(b, 1, 10), (1, b + 12, "text/heading", words, 112, "atom 6", at(12))]),
        ("lineage-leaves", {"atom": b + 9, "limit": 1}, [end(b, 1, 10)]),
        ("lineage-leaves", {"atom": b + 8}, []),
        ("lineage-tree", {"atom": b + 4}, tree),
        ("lineage-tree", {"atom": b + 4, "depth": 1}, tree[:2]),
        ("lineage-tree", {"atom": b + 4, "limit": 5}, tree[:5]),
        ("lineage-tree", {"atom": b + 11}, []),
        ("lineage-merges", {}, merges),
        ("lineage-merges", {"parents": 3}, merges[:1]),
        ("lineage-merges", {"limit": 1}, merges[:1]),
        ("lineage-merges", {"parents": 4}, []),
        ("lineage-operations", {"atom": b + 8}, operations),
        ("lineage-operations", {"atom": b + 8, "depth": 3}, operations[:6]),
        ("lineage-operations", {"atom": b + 8, "limit": 2}, operations[:2]),
        ("lineage-operations", {"atom": b + 11}, []),
        ("lineage-by-hash", {"hash": words}, by_hash),
        ("lineage-by-hash", {"hash": words.upper(), "depth": 1}, by_hash[:6]),
        ("lineage-by-hash", {"hash": words, "limit": 1}, by_hash[:1]),
        ("lineage-by-hash", {"hash": words, "limit": 3}, by_hash[:3]),
        *[("lineage-by-hash", {"hash": nothing}, []) for nothing in ("00" * 32, words[:-1], words + "0", QUOTED)],
        ("lineage-depths", {"atom": b + 6}, depths),
        ("lineage-depths", {"atom": b + 6, "depth": 1}, [depths[0], depths[2]]),
        ("lineage-depths", {"atom": b + 6, "limit": 3}, depths[:3]),
        ("lineage-depths", {"atom": b + 11}, []),
        ("lineage-cycles", {}, []),
    ]


NAMES = list(dict.fromkeys(case[0] for case in cases(0)))


@pytest.fixture
def worlds(graph, database, start, wait_until):
    """Two tenants with the same world; numbers of the second begin with 1000."""
    with database.connect() as connection, connection.transaction():
        add_world(connection, 1, 0)
        add_world(connection, 2, 1000)
    return carry(database, start, wait_until)


def test_answers_are_those_made_by_hand_on_both_sides_for_each_tenant(worlds, ctl):
    for tenant, b in ((1, 0), (2, 1000)):
        for name, parameters, rows in cases(b):
            assert_answer(ctl, name, rows, tenant=tenant, **parameters)


def test_another_tenants_atoms_and_tenants_without_anything_are_empty_answers(worlds, ctl):
    whole = {"lineage-by-hash": {"hash": "00" * 32}, "lineage-merges": {}, "lineage-cycles": {}}  # these know no atom
    for name in NAMES:
        assert_answer(ctl, name, [], tenant=3, **whole.get(name, {"atom": 8}))
        if name not in whole:
            assert_answer(ctl, name, [], tenant=1, atom=1008)
            assert_answer(ctl, name, [], tenant=1, atom=9223372036854775807)


def test_a_link_into_another_tenant_is_never_followed(worlds, graph, ctl):
    """Nothing of ours makes one; whoever does by hand learns nothing from it."""
    graph.query("""MATCH (a:Atom {id: 8}), (b:Atom {id: 1006}), (c:Atom {id: 1}), (d:Atom {id: 1009})
                   CREATE (a)-[:DERIVED_FROM {derivationType: 'x', confidence: 1.0}]->(b), (d)-[:DERIVED_FROM {derivationType: 'x', confidence: 1.0}]->(a),
                          (a)-[:SUPERSEDED_BY {derivationType: 'x', confidence: 1.0}]->(d), (b)-[:SUPERSEDED_BY {derivationType: 'x', confidence: 1.0}]->(c)""")
    for tenant, b in ((1, 0), (2, 1000)):
        for name, parameters, rows in cases(b):
            assert_answer(ctl, name, rows, sides=("graph",), tenant=tenant, **parameters)


@pytest.mark.parametrize("name", NAMES)
def test_depth_and_limit_are_bounded(database, ctl, name):
    most = {"lineage-tree": (10, 500)}.get(name, (100, 10000))
    beyond = [f"limit={limit}" for limit in (0, -1, most[1] + 1, "many")]
    if name != "lineage-merges":
        beyond += [f"depth={depth}" for depth in (0, -1, most[0] + 1)]
    for word in beyond:
        done = ctl("provenance", name, "tenant=1", *(["atom=1"] if name not in ("lineage-merges", "lineage-cycles", "lineage-by-hash") else []),
                   *(["hash=00"] if name == "lineage-by-hash" else []), word, "--from", "database", check=False)
        assert done.returncode != 0 and done.stdout == "" and word.partition("=")[0] in done.stderr


# --- shapes on which a walk could go on for ever ------------------------------------------------------------------------

CHAIN, LAYERS, WIDTH = 100000, 20, 50


def add_shapes(connection):
    """Tenant 1: a chain of 100,000 atoms. 2: twenty layers of fifty atoms, each made of all in the layer below: 50 to the 19th paths. 3: cycles of
    three and of two, one link of which is a SUPERSEDED_BY, and what came of them. 4: the layers again, with numbers that fall instead of rise."""
    connection.execute("INSERT INTO hartonomous.tenant (tenant_id, name) SELECT n, 'a tenant' FROM generate_series(1, 4) AS n")
    atoms = """INSERT INTO hartonomous.atom (tenant_id, atom_id, modality, subtype, content_hash, size, atomic_value, canonical_text, created_at)
               OVERRIDING SYSTEM VALUE SELECT %s, n, 'text', 'sentence', sha256(n::text::bytea), 1, '', 'atom', to_timestamp(%s) FROM generate_series(%s, %s) AS n"""
    for tenant, first, last in ((1, 1, CHAIN), (2, 200001, 200000 + LAYERS * WIDTH), (3, 300001, 300009), (4, 400001, 400000 + LAYERS * WIDTH)):
        connection.execute(atoms, (tenant, START, first, last))
    edges = "INSERT INTO hartonomous.provenance_edge (tenant_id, child_atom_id, parent_atom_id, derivation) "
    connection.execute(edges + "SELECT 1, n + 1, n, 'step' FROM generate_series(1, %s - 1) AS n", (CHAIN,))
    dense = "FROM generate_series(0, %s - 2) AS layer, generate_series(1, %s) AS a, generate_series(1, %s) AS b"
    connection.execute(edges + "SELECT 2, 200000 + (layer + 1) * %s + a, 200000 + layer * %s + b, 'all' " + dense, (WIDTH, WIDTH, LAYERS, WIDTH, WIDTH))
    connection.execute(edges + "SELECT 4, 400000 + layer * %s + b, 400000 + (layer + 1) * %s + a, 'all' " + dense, (WIDTH, WIDTH, LAYERS, WIDTH, WIDTH))
    add_cycles(connection)


def add_cycles(connection):
    insert(connection, "provenance_edge", "tenant_id child_atom_id parent_atom_id type derivation",
           [(3, 300000 + child, 300000 + parent, type, "x") for child, parent, type in
            [(2, 1, D), (3, 2, S), (1, 3, D), (4, 1, D), (5, 4, D), (7, 6, D), (6, 7, D), (8, 9, D)]])


def draw(database, graph):
    """Atoms and links as docs/graph.md has them, by the driver: what is tried here is walking, not bringing them there."""
    atoms = database.query("SELECT tenant_id, atom_id, encode(content_hash, 'hex') FROM hartonomous.atom")
    links = database.query("""SELECT tenant_id, child_atom_id, parent_atom_id, type, derivation, hartonomous.microseconds(created_at) / 1000000,
                                     hartonomous.microseconds(created_at) % 1000000 * 1000 FROM hartonomous.provenance_edge""")
    ends = """UNWIND $rows AS row
              MATCH (c:Atom {id: row[1], tenantId: row[0]}) USING INDEX SEEK c:Atom(id, tenantId)
              MATCH (p:Atom {id: row[2], tenantId: row[0]}) USING INDEX SEEK p:Atom(id, tenantId) CREATE """
    properties = "{derivationType: row[4], weight: 1.0, confidence: 1.0, timestamp: datetime.fromEpoch(row[5], row[6])}"
    node = f"""UNWIND $rows AS row CREATE (:Atom {{id: row[1], tenantId: row[0], atomType: 'text/sentence', contentHash: row[2], size: 1, preview: 'atom',
                                                 createdAt: datetime.fromEpoch({START}, 0)}})"""
    with graph.driver() as driver:
        for statement, rows in ((node, atoms), (f"{ends}(c)-[:DERIVED_FROM {properties}]->(p)", [row for row in links if row[3] == D]),
                                (f"{ends}(p)-[:SUPERSEDED_BY {properties}]->(c)", [row for row in links if row[3] == S])):
            for first in range(0, len(rows), 10000):
                driver.execute_query(statement, rows=[list(row) for row in rows[first:first + 10000]])


@pytest.fixture
def shapes(graph, database):
    with database.connect() as connection, connection.transaction():
        add_shapes(connection)
    draw(database, graph)
    yield
    with graph.driver() as driver, driver.session() as session:  # a node at a time with all its links would be too much at once
        session.run("MATCH ()-[link]->() CALL (link) { DELETE link } IN TRANSACTIONS OF 5000 ROWS").consume()


def layer(base, n):
    return [base + n * WIDTH + k for k in range(1, WIDTH + 1)]


def test_walks_on_a_chain_a_dense_graph_and_a_cycle_end(shapes, ctl):
    rest = (ANY, "step", 1.0, None, "text/sentence", "atom", ANY)
    assert_answer(ctl, "lineage-up", [(n, CHAIN - n + 1, CHAIN - n, *(D, "step", 1.0, None, "text/sentence", "atom", ANY)) for n in range(1, 101)],
                  tenant=1, atom=CHAIN, depth=100, limit=10000)
    assert_answer(ctl, "lineage-down", [(n, 500 + n, 499 + n, D, *rest[1:]) for n in range(1, 101)], tenant=1, atom=500, depth=100)
    assert_answer(ctl, "lineage-roots", [(99, 1, *[ANY] * 5)], tenant=1, atom=100, depth=100)
    assert_answer(ctl, "lineage-roots", [], tenant=1, atom=102, depth=100)
    assert_answer(ctl, "lineage-leaves", [(100, CHAIN, *[ANY] * 5)], tenant=1, atom=CHAIN - 100, depth=100)
    assert_answer(ctl, "lineage-depths", [(way, n, 1, 1, 1.0) for way in ("up", "down") for n in range(1, 101)], tenant=1, atom=CHAIN // 2, depth=100)
    assert_answer(ctl, "lineage-operations", [(n, CHAIN - n + 1, CHAIN - n, D, "step", *[None] * 5, ANY) for n in range(1, 101)],
                  tenant=1, atom=CHAIN, depth=100)
    assert_answer(ctl, "lineage-tree", [(n, 500 + child, 500 + parent, D, *rest[1:-1]) for n in range(1, 11) for child, parent in ((1 - n, -n), (n, n - 1))],
                  tenant=1, atom=500)
    assert_answer(ctl, "lineage-merges", [], tenant=1)
    assert_answer(ctl, "lineage-cycles", [], tenant=1, depth=100)

    base, top = 200000, layer(200000, LAYERS - 1)[0]
    nearest = [(1, top, parent) for parent in layer(base, LAYERS - 2)]
    nearest += [(n, layer(base, LAYERS - n)[0], parent) for n in range(2, LAYERS) for parent in layer(base, LAYERS - 1 - n)]
    assert_answer(ctl, "lineage-up", [(*link, D, "all", *[ANY] * 5) for link in nearest], tenant=2, atom=top, depth=100, limit=10000)
    assert_answer(ctl, "lineage-up", [(*link, D, "all", *[ANY] * 5) for link in nearest[:500]], tenant=2, atom=top, depth=100)
    assert_answer(ctl, "lineage-roots", [(LAYERS - 1, atom, *[ANY] * 5) for atom in layer(base, 0)], tenant=2, atom=top, depth=100)
    assert_answer(ctl, "lineage-leaves", [(LAYERS - 1, atom, *[ANY] * 5) for atom in layer(base, LAYERS - 1)], tenant=2, atom=base + 1, depth=100)
    every = [(1, top, parent) for parent in layer(base, LAYERS - 2)]
    every += [(n, child, parent) for n in range(2, LAYERS) for child in layer(base, LAYERS - n) for parent in layer(base, LAYERS - 1 - n)]
    assert_answer(ctl, "lineage-operations", [(*link, D, "all", *[ANY] * 6) for link in every[:10000]], tenant=2, atom=top, depth=100, limit=10000)
    assert_answer(ctl, "lineage-depths", [("up", n, WIDTH, WIDTH if n == 1 else WIDTH * WIDTH, 1.0) for n in range(1, LAYERS)], tenant=2, atom=top, depth=100)
    tree = [(1, top, parent) for parent in layer(base, LAYERS - 2)]
    tree += sorted([(2, child, parent) for child in layer(base, LAYERS - 2) for parent in layer(base, LAYERS - 3)]
                   + [(2, child, parent) for child in layer(base, LAYERS - 1)[1:] for parent in layer(base, LAYERS - 2)])
    assert_answer(ctl, "lineage-tree", [(*link, D, "all", *[ANY] * 4) for link in tree[:500]], tenant=2, atom=top)
    assert_answer(ctl, "lineage-merges", [(atom, WIDTH, 1, 0, *[ANY] * 3) for n in range(1, LAYERS) for atom in layer(base, n)][:500], tenant=2)
    for tenant in (2, 4):
        assert_answer(ctl, "lineage-cycles", [], tenant=tenant, depth=100)

    b = 300000
    assert_answer(ctl, "lineage-up", [(n, b + child, b + parent, type, *[ANY] * 6) for n, child, parent, type in
                                      [(1, 5, 4, D), (2, 4, 1, D), (3, 1, 3, D), (4, 3, 2, S)]], tenant=3, atom=b + 5, depth=100)
    assert_answer(ctl, "lineage-roots", [], tenant=3, atom=b + 5, depth=100)
    assert_answer(ctl, "lineage-leaves", [(2, b + 5, *[ANY] * 5)], tenant=3, atom=b + 1, depth=100)
    assert_answer(ctl, "lineage-operations", [(n, b + child, b + parent, type, *[ANY] * 7) for n, child, parent, type in
                                              [(1, 2, 1, D), (2, 1, 3, D), (3, 3, 2, S)]], tenant=3, atom=b + 2, depth=100)
    assert_answer(ctl, "lineage-depths", [("up", 1, 1, 1, 1.0), ("down", 1, 1, 1, 1.0)], tenant=3, atom=b + 6, depth=100)


def test_cycles_are_found_up_to_the_length_that_is_asked_for(graph, database, ctl, start, wait_until):
    b = 300000
    with database.connect() as connection, connection.transaction():
        connection.execute("INSERT INTO hartonomous.tenant (tenant_id, name) VALUES (3, 'a tenant')")
        insert(connection, "atom", "tenant_id atom_id modality subtype content_hash size atomic_value",
               [(3, b + n, "text", "sentence", sha256(b"%d" % n), 1, b"") for n in range(1, 10)])
        add_cycles(connection)
    carry(database, start, wait_until)
    three, two = (b + 1, b + 3, D, "x", 3), (b + 6, b + 7, D, "x", 2)
    assert_answer(ctl, "lineage-cycles", [three, two], tenant=3)
    assert_answer(ctl, "lineage-cycles", [three, two], tenant=3, depth=3)
    assert_answer(ctl, "lineage-cycles", [three], tenant=3, limit=1)
    assert_answer(ctl, "lineage-cycles", [two], tenant=3, depth=2)
    assert_answer(ctl, "lineage-cycles", [], tenant=3, depth=1)


# --- the statements -------------------------------------------------------------------------------------------------------

SHARED = {"Tenant", "Model", "ModelVersion", "ReasoningMode", "Context", "DataClassification"}


def statements():
    """Those of the families lineage, versions and tenants: {name: Cypher}."""
    folder = os.path.join(os.environ.get("HARTONOMOUS_SOURCE", os.path.join(os.path.dirname(__file__), "..", "..")), "src", "provenance")
    found = {}
    for family in ("lineage", "versions", "tenants"):
        with open(f"{folder}/families/{family}.cmake", encoding="utf-8") as file:
            for name in re.findall(r"\w+", file.read())[2:]:
                with open(f"{folder}/cypher/{name}.cypher", encoding="utf-8") as text:
                    found[name] = text.read()
    assert len(found) == 22
    return found


def test_every_node_of_every_pattern_is_of_the_tenant():
    for name, text in statements().items():
        code = re.sub(r"//[^\n]*", "", text)
        for label, rest in re.findall(r"\(\w*:(\w+)([^()]*(?:\(\$?\w+\)[^()]*)?)\)", code):
            if name != "cross_tenant_edges" and label not in SHARED:
                assert "tenantId: $tenant" in rest, f"{name}: (:{label}{rest})"


def leaves(plan):
    children = plan.get("children", [])
    return [leaf for child in children for leaf in leaves(child)] if children else [plan["operatorType"].split("@")[0]]


def test_statements_only_read_and_find_atoms_by_their_keys_also_while_the_graph_is_empty(graph):
    """A plan is made when a statement comes first, and kept while the graph grows: without statistics any index looks good."""
    graph.wipe(schema=False)
    by_key = {"lineage_up", "lineage_down", "lineage_roots", "lineage_leaves", "lineage_tree", "lineage_operations", "lineage_by_hash",
              "lineage_depths", "version_differences"}
    for name, text in statements().items():
        with graph.driver() as driver:
            summary = driver.execute_query("EXPLAIN " + text).summary
        found = set(leaves(summary.plan))
        assert summary.query_type == "r", name
        assert "AllNodesScan" not in found or name == "cross_tenant_edges", (name, found)
        assert "CartesianProduct" not in str(summary.plan) or name in ("tenant_statistics", "quality_score", "version_differences"), name
        if name in by_key:
            assert found <= {"NodeUniqueIndexSeek", "NodeIndexSeek", "Argument", "Unwind"}, (name, found)
