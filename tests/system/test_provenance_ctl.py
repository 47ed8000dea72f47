"""provenance, lineage and impact as commands: where the answer comes from, its forms, and every mistake."""

import csv
import glob
import io
import json
import os

import pytest

from graph_state import add_document
from neo4j_server import SOURCE
from picture_reader import read_dot, read_mermaid
from provenance_case import add_atoms, ask, carry, link, record


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


# --- walks ---


def both(ctl, command, atom, *more):
    """The command's answer, which must be the same from both sides but for its origin."""
    answers = [json.loads(ctl(command, atom, "--from", side, "--json", *more).stdout) for side in ("graph", "database")]
    assert [answer.pop("origin") for answer in answers] == ["neo4j", "postgresql"]
    assert answers[0] == answers[1]
    return answers[0]


def test_documents_and_sources_are_found_from_a_component(graph, database, ctl, start, wait_until):
    source, root = add_document(database, 1, ["Same. ", "Other. ", "Same. "])
    again, same_root = add_document(database, 1, ["Same. ", "Other. ", "Same. "], name="the same again.txt")
    _, second = add_document(database, 1, ["Same. "], name="b.txt")
    add_document(database, 2, ["Same. "], name="another tenant's.txt")
    carry(database, start, wait_until)
    same = database.value("SELECT atom_id FROM hartonomous.atom WHERE tenant_id = 1 AND canonical_text = 'Same. '")
    found = [(row["type"], row["id"], row["count"], row["what"]) for row in both(ctl, "lineage", same)["lineage"]]
    assert same_root == root and found[:2] == [("HAS_COMPONENT", root, 2, "text/document"), ("HAS_COMPONENT", second, 1, "text/document")]
    assert {(kind, number) for kind, number, _, _ in found[2:]} >= {("INGESTED_FROM", source), ("INGESTED_FROM", again)} and len(found) == 5
    touched = both(ctl, "impact", same)
    assert touched["counts"] == {"derived": 0, "newer": 0, "wholes": 2, "sources": 3, "inferences": 0, "streams": 0}
    assert both(ctl, "impact", root)["counts"]["sources"] == 2
    people = ctl("impact", same).stdout
    assert "       3  sources\n" in people and "the%20same" not in people and "file:///b.txt" in people


def edges(database, pairs):
    """Edges without the check against cycles and without telling anybody: (child, parent) each."""
    with database.connect(user="postgres") as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        with cursor.copy("COPY hartonomous.provenance_edge (tenant_id, child_atom_id, parent_atom_id) FROM STDIN") as copy:
            for child, parent in pairs:
                copy.write_row((1, child, parent))


def bare_atoms(database, count):
    """Atoms 1 to count of tenant 1, without telling anybody."""
    with database.connect(user="postgres") as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("INSERT INTO hartonomous.tenant (tenant_id, name) VALUES (1, 'a tenant')")
        connection.execute("""INSERT INTO hartonomous.atom (tenant_id, atom_id, modality, subtype, content_hash, size, atomic_value, canonical_text)
                              OVERRIDING SYSTEM VALUE SELECT 1, n, 'text', 'sentence', sha256(n::text::bytea), 1, 'x', n::text
                              FROM generate_series(1, %s) AS n""", (count,))


def bare_graph(graph, count, pairs):
    """The same in Neo4j, by its own driver."""
    with graph.driver() as driver, driver.session() as session:
        session.run("""UNWIND range(1, $count) AS n CALL (n) { CREATE (:Atom {id: n, tenantId: 1, atomType: 'text/sentence', preview: toString(n)}) }
                       IN TRANSACTIONS OF 10000 ROWS""", count=count).consume()
        for first in range(0, len(pairs), 10000):
            session.run("""UNWIND $pairs AS pair MATCH (c:Atom {id: pair[0], tenantId: 1}), (p:Atom {id: pair[1], tenantId: 1})
                           USING INDEX SEEK c:Atom(id, tenantId) USING INDEX SEEK p:Atom(id, tenantId)
                           CREATE (c)-[:DERIVED_FROM {derivationType: 'derived', confidence: 1.0}]->(p)""", pairs=pairs[first:first + 10000]).consume()


def recorded(graph, database, count, pairs):
    bare_atoms(database, count)
    edges(database, pairs)
    bare_graph(graph, count, pairs)


def test_a_chain_of_100000_ends_at_the_depth(graph, database, ctl):
    recorded(graph, database, 100_000, [[n + 1, n] for n in range(1, 100_000)])
    up = both(ctl, "lineage", 100_000, "--depth", "100")
    assert [row["id"] for row in up["lineage"]] == list(range(99_999, 99_899, -1)) and up["more"]
    down = both(ctl, "impact", 1, "--depth", "100", "--limit", "7")
    assert [row["id"] for row in down["impact"]] == list(range(2, 9)) and down["more"]
    assert both(ctl, "lineage", 5)["more"] is False
    assert "--depth" in ctl("lineage", 100_000, "--depth", "3").stderr
    assert "--limit" in ctl("lineage", 100_000, "--limit", "3").stderr


def test_cycles_and_dense_graphs_end(graph, database, ctl):
    # 1 to 5 in a circle; three layers of a hundred, all of each from all of the one below
    ring = [[n % 5 + 1, n] for n in range(1, 6)]
    layers = [range(6, 106), range(106, 206), range(206, 306)]
    dense = [[child, parent] for parents, children in zip(layers, layers[1:]) for child in children for parent in parents]
    recorded(graph, database, 305, ring + dense)
    around = both(ctl, "lineage", 1, "--depth", "100")
    assert [(row["from"], row["id"]) for row in around["lineage"]] == [(1, 5), (5, 4), (4, 3), (3, 2), (2, 1)] and not around["more"]
    assert [row["id"] for row in both(ctl, "impact", 1, "--depth", "100")["impact"]] == [2, 3, 4, 5, 1]
    whole = both(ctl, "lineage", 300, "--limit", "10000")
    assert whole["more"] and len(whole["lineage"]) == 10_000 and [row["id"] for row in whole["lineage"][:100]] == list(layers[1])
    assert len(both(ctl, "lineage", 300, "--depth", "1")["lineage"]) == 100
    assert both(ctl, "impact", 6, "--limit", "10000")["counts"]["derived"] == 200, "each atom counts once however many ways lead to it"


def leaves(plan):
    children = plan.get("children", [])
    return [leaf for child in children for leaf in leaves(child)] if children else [plan]


def test_walks_go_by_unique_keys_also_while_the_graph_is_empty(graph):
    names = glob.glob(os.path.join(SOURCE, "src", "provenance", "cypher", "walk_*.cypher"))
    assert len(names) == 3
    for name in names:
        with open(name, encoding="utf-8") as file, graph.driver() as driver:
            plan = driver.execute_query("EXPLAIN " + file.read()).summary.plan
        for leaf in leaves(plan):
            kind = leaf["operatorType"].split("@")[0]
            assert kind in ("NodeUniqueIndexSeek", "Unwind", "Argument", "EmptyRow"), (name, leaf)


# --- whose it is, and who answers ---


def test_the_tenant_is_looked_up_where_the_question_names_something(graph, database, ctl, start, wait_until, family):
    with database.connect() as connection:
        others = add_atoms(connection, 2, ["atom a", "its summary"])
        link(connection, [others[0]], others[1])
        operation = record(connection, "begin_operation", 2, "translate")
    carry(database, start, wait_until)
    for side in ("graph", "database"):
        said = json.loads(ctl("provenance", "lineage-up", f"atom={others[1]}", "--from", side, "--json").stdout)
        assert said["tenant"] == 2 and len(said["rows"]) == 1
        assert json.loads(ctl("lineage", others[1], "--from", side, "--json").stdout)["tenant"] == 2
        assert json.loads(ctl("provenance", "operation-atoms", f"operation={operation}", "--from", side, "--json").stdout)["tenant"] == 2
        done = ctl("provenance", "lineage-up", "atom=99999999", "--from", side, check=False)
        assert done.returncode == 2 and "atom 99999999: there is none" in done.stderr
        done = ctl("impact", "99999999", "--from", side, check=False)
        assert done.returncode == 2 and "atom 99999999: there is none" in done.stderr
        done = ctl("provenance", "lineage-merges", "--from", side, check=False)
        assert done.returncode == 64 and "--tenant=N" in done.stderr and done.stderr.count("\n") == 1
        assert ctl("lineage", family["b"], "--tenant", "2", "--from", side, check=False).returncode == 2, "tenants are kept apart"
    assert ctl("provenance", "lineage-merges", check=False).returncode == 64
    assert ask(ctl, "lineage-up", "graph", atom=family["b"], tenant=2) == []


def test_the_only_tenant_is_taken(graph, database, ctl, start, wait_until, family):
    carry(database, start, wait_until)
    for side in ("graph", "database"):
        assert json.loads(ctl("provenance", "lineage-merges", "--from", side, "--json").stdout)["tenant"] == 1


def test_postgresql_answers_while_neo4j_is_stopped(graph, database, ctl, start, wait_until, family):
    carry(database, start, wait_until).stop()
    before = {words: ctl(*words, "--json").stdout for words in questions(family)}
    assert all('"origin":"neo4j"' in said for said in before.values())
    graph.stop()
    try:
        for words, said in before.items():
            done = ctl(*words, "--json")
            assert done.stdout == said.replace('"origin":"neo4j"', '"origin":"postgresql"')
            assert "this is PostgreSQL's answer" in done.stderr and "Neo4j" in done.stderr and done.stderr.count("\n") == 1
            refused = ctl(*words, "--from", "graph", check=False)
            assert refused.returncode == 69 and refused.stdout == "" and "PostgreSQL" not in refused.stderr
            assert ctl(*words, "--from", "database").stderr == ""
    finally:
        graph.start()


def questions(family):
    return [("lineage", str(family["c"])), ("impact", str(family["a"])), ("provenance", "lineage-up", f"atom={family['c']}")]


def test_a_graph_without_its_schema_is_not_asked(neo4j, settings, database, ctl, family):
    neo4j.wipe()
    settings.credential("neo4j-password", neo4j.password)
    settings.write("graph-sync", {"neo4j": {"url": neo4j.url}})
    for words in questions(family):
        done = ctl(*words, "--json")
        assert json.loads(done.stdout)["origin"] == "postgresql" and "graph apply" in done.stderr
        assert ctl(*words, "--from", "graph", check=False).returncode == 78


def test_what_the_graph_does_not_have_yet_comes_from_postgresql(graph, database, ctl, family):
    for words in questions(family):
        done = ctl(*words, "--json")
        assert json.loads(done.stdout)["origin"] == "postgresql" and f"does not have atom {words[-1].split('=')[-1]} yet" in done.stderr


def test_both_away_is_69_and_names_both(database, settings, ctl, family, tmp_path):
    settings.write("graph-sync", {"neo4j": {"url": "http://127.0.0.1:1"}})
    settings.write_common(database={"conninfo": f"host={tmp_path} dbname=x"})
    for words in questions(family):
        done = ctl(*words, check=False)
        assert done.returncode == 69 and "Neo4j" in done.stderr and "is PostgreSQL running?" in done.stderr and done.stdout == ""
        assert "PostgreSQL's answer" not in done.stderr


def test_the_graph_alone_answers_while_postgresql_is_away(graph, database, settings, ctl, start, wait_until, family, tmp_path):
    carry(database, start, wait_until).stop()
    settings.write_common(database={"conninfo": f"host={tmp_path} dbname=x"})
    for words in questions(family):
        done = ctl(*words, "--json")
        assert json.loads(done.stdout)["origin"] == "neo4j" and json.loads(done.stdout)["tenant"] == 1 and done.stderr == ""


# --- forms ---


def test_all_questions_are_listed_and_explained(ctl):
    families = json.loads(ctl("provenance", "list", "--json").stdout)
    counts = [len(family["questions"]) for family in families]
    assert counts == [10, 4, 5, 10, 5, 7, 4, 8]
    listed = ctl("provenance").stdout
    assert listed == ctl("provenance", "list").stdout
    for number, family in enumerate(families, 1):
        assert family["family"] in listed
        for within, question in enumerate(family["questions"], 1):
            assert question["number"] == f"{number}.{within}" and f"  {question['name']} " in listed + " "
            told = ctl("provenance", "help", question["name"]).stdout
            assert told == ctl("provenance", question["number"], "--help").stdout
            for one in question["parameters"] + question["columns"]:
                assert f"\n  {one['name']} " in told
            assert json.loads(ctl("provenance", "help", question["number"], "--json").stdout) == question


def test_every_question_can_be_asked_of_both_sides(graph, database, ctl):
    anything = {"integer": "1", "number": "0.5", "text": "17", "time": "2026-11-21"}
    for family in json.loads(ctl("provenance", "list", "--json").stdout):
        for question in family["questions"]:
            given = {one["name"]: anything[one["type"]] for one in question["parameters"] if one["required"]}
            answers = [ask(ctl, question["name"], side, **given) for side in (["graph"] if question["only_graph"] else ["graph", "database"])]
            assert answers[0] == answers[-1], question["name"]


HOSTILE = ['plain', 'a "quoted" one', 'back\\slash \\n \\"', 'two\nlines\r\nand\ttabs', '<b>tags</b> &amp; &lt; {a|b}', '[square] (round) {curly} |bar|',
           '#35; #quot; %%comment', 'end', 'n1 --> n2', '"]; click n1 "javascript:alert(1)"', '`**markdown**`', 'style x fill:#f9f;', 'Zoë 漢字 🦔 \u2028\u2029\u200f',
           "'; DROP TABLE x; --", '\\', '"', ';', '\x1b[31mred\x07']


def shown(text):
    """What of a text a picture can show."""
    text = text.replace("\t", " ")
    return "".join(character if character == "\n" or not (ord(character) < 32 or 127 <= ord(character) < 160) else "\ufffd" for character in text)


def test_hostile_names_stay_text_in_every_form(graph, database, ctl, start, wait_until):
    with database.connect() as connection:
        child, *parents = add_atoms(connection, 1, ["the child", *HOSTILE])
        link(connection, parents, child)
        stream = record(connection, "begin_generation", 1, HOSTILE[5])
        record(connection, "end_generation", stream, [parents[0]])
    carry(database, start, wait_until)
    texts = dict(zip(parents, HOSTILE))
    for side in ("graph", "database"):
        rows = json.loads(ctl("lineage", child, "--from", side, "--json").stdout)["lineage"]
        assert {row["id"]: row["text"] for row in rows} == texts
        for form, read in (("dot", read_dot), ("mermaid", read_mermaid)):
            nodes, arrows = read(ctl("lineage", child, "--from", side, "--format", form).stdout)
            labels = sorted([f"atom {child}"] + [f"atom {atom}\ntext/sentence\n{shown(text)}" for atom, text in texts.items()])
            assert nodes == labels
            assert sorted(arrows) == sorted((f"atom {child}", label, "derived") for label in labels if label != f"atom {child}")
            nodes, arrows = read(ctl("impact", parents[0], "--from", side, "--format", form).stdout)
            assert (f"stream {stream}\n{HOSTILE[5]}", f"atom {parents[0]}", "GENERATED") in arrows
            nodes, arrows = read(ctl("provenance", "lineage-up", f"atom={child}", "--from", side, "--format", form).stdout)
            assert len(arrows) == len(HOSTILE) and all(any(shown(text) in label for label in nodes) for text in HOSTILE)
        table = list(csv.DictReader(io.StringIO(ctl("lineage", child, "--from", side, "--format", "csv", text=False).stdout.decode(), newline="")))
        assert {int(row["id"]): row["text"] for row in table} == texts and table[0]["uri"] == ""
        people = ctl("lineage", child, "--from", side).stdout
        assert people.count("\n") == len(HOSTILE) + 1 and "\x1b" not in people


def test_forms_of_an_empty_answer(graph, database, ctl, start, wait_until, family):
    carry(database, start, wait_until)
    lonely = family["e"]
    assert ctl("lineage", lonely).stdout == f"atom {lonely} came from nothing else\n"
    assert ctl("impact", lonely).stdout == f"nothing else would be touched if atom {lonely} went\n"
    assert ctl("provenance", "lineage-up", f"atom={lonely}").stdout == "nothing\n"
    assert ctl("lineage", lonely, "--format", "csv").stdout.count("\n") == 1
    assert read_dot(ctl("lineage", lonely, "--format", "dot").stdout) == ([f"atom {lonely}"], [])
    assert read_mermaid(ctl("impact", lonely, "--format", "mermaid").stdout) == ([f"atom {lonely}"], [])
    assert json.loads(ctl("lineage", lonely, "--format", "json").stdout)["lineage"] == []


@pytest.mark.parametrize("words, said", [
    (["provenance", "lineage-upp"], "did you mean lineage-up?"),
    (["provenance", "something"], "`hartonomousctl provenance` lists"),
    (["provenance", "9.9"], "no such question"),
    (["provenance", "help"], "needs NAME"),
    (["provenance", "help", "nothing-like-it"], "no such question"),
    (["provenance", "list", "x"], "one word too many"),
    (["provenance", "list", "--format", "dot"], "a table or JSON"),
    (["provenance", "lineage-up"], "needs atom="),
    (["provenance", "lineage-up", "42"], "not KEY=VALUE"),
    (["provenance", "lineage-up", "=42"], "not KEY=VALUE"),
    (["provenance", "lineage-up", "atmo=42"], "did you mean atom?"),
    (["provenance", "lineage-up", "colour=red"], "no parameter colour; there are tenant, atom"),
    (["provenance", "lineage-up", "atom="], "not a whole number"),
    (["provenance", "lineage-up", "atom=x"], "not a whole number"),
    (["provenance", "lineage-up", "atom=1.5"], "not a whole number"),
    (["provenance", "lineage-up", "atom= 1"], "not a whole number"),
    (["provenance", "lineage-up", "atom=9223372036854775808"], "not a whole number"),
    (["provenance", "lineage-up", "atom=1", "atom=2"], "given twice"),
    (["provenance", "lineage-up", "atom=1", "tenant=1", "--tenant", "1"], "given twice"),
    (["provenance", "lineage-up", "atom=1", "limit=0"], "limit=0: not a whole number from 1 to"),
    (["provenance", "lineage-up", "atom=1", "limit=1000000000"], "not a whole number from 1 to"),
    (["provenance", "lineage-up", "atom=1", "depth=0"], "not a whole number from 1 to"),
    (["provenance", "lineage-up", "atom=1", "tenant=2147483648"], "from 0 to 2147483647"),
    (["provenance", "operations-by-time", "since=yesterday", "tenant=1"], "not a time in UTC"),
    (["provenance", "operations-by-time", "since=2026-11-21T10:00:00", "tenant=1"], "not a time in UTC"),
    (["provenance", "lineage-up", "atom=1", "--from", "neo4j"], "one of auto, graph, database"),
    (["provenance", "lineage-up", "atom=1", "--from", "grpah"], "did you mean graph?"),
    (["provenance", "lineage-up", "atom=1", "--format", "jsno"], "did you mean json?"),
    (["provenance", "lineage-up", "atom=1", "--format", "dot", "--json"], "say one of them"),
    (["provenance", "lineage-up", "atom=1", "--depth", "3"], "no option --depth"),
    (["provenance", "operation-types", "--format", "mermaid"], "no picture of it"),
    (["lineage"], "needs ATOM"),
    (["lineage", "x"], "not a number from 1"),
    (["lineage", "1", "--depth", "101"], "--depth=101: not a number from 1 to 100"),
    (["lineage", "1", "--limit", "0"], "--limit=0: not a number from 1 to 10000"),
    (["impact", "1", "--limit", "10001"], "not a number from 1 to 10000"),
    (["impact", "1", "--format", "svg"], "one of table, json, csv, dot, mermaid"),
    (["impact", "1", "--from", "both"], "one of auto, graph, database"),
    (["imapct", "1"], "did you mean `impact`"),
])
def test_mistakes_get_one_line_and_64(ctl, words, said):
    done = ctl(*words, check=False)
    assert done.returncode == 64 and done.stdout == ""
    assert said in done.stderr and done.stderr.count("\n") == 1


# --- status ---


def test_status_tells_how_far_the_graph_is_behind_and_its_pace(graph, database, ctl, start, wait_until, settings):
    add_document(database, 1, [f"Sentence {n}. " for n in range(200)])
    waiting = json.loads(ctl("status", "--json").stdout)["graph"]
    assert waiting["lag_seconds"] > 0 and waiting["rows"] is None and waiting["rows_per_second"] is None
    assert "s behind\n" in ctl("status").stdout
    daemon = carry(database, start, wait_until)
    written = json.loads(ctl("status", "--json").stdout)["graph"]
    assert written["lag_seconds"] == 0 and written["rows"] >= 400 and written["requests"] > 0 and written["retries"] == 0
    assert written["rows_per_second"] == 0 and written["requests_per_second"] >= 0
    people = ctl("status").stdout
    assert "Graph: 0.0 s behind, 0 rows and" in people and f"since it started {written['rows']:.0f} rows" in people
    daemon.stop()


# --- documentation ---


def test_the_documentation_lists_the_questions_as_they_are(ctl):
    with open(os.path.join(SOURCE, "docs", "provenance.md"), encoding="utf-8") as file:
        lines = file.read().split("## The questions")[1].split("\n")
    for family in json.loads(ctl("provenance", "list", "--json").stdout):
        assert f"### {family['family']}" in lines
        for question in family["questions"]:
            words = [f"`{one['name']}=`" if one["required"] else f"[`{one['name']}={one['default'] or ''}`]"
                     for one in question["parameters"] if one["name"] != "tenant"]
            only = " (Neo4j only)" if question["only_graph"] else ""
            row = f"| {question['number']} | `{question['name']}` | {question['summary']}{only} | {' '.join(words)} |"
            assert row in lines, row
