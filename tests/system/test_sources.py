"""Sources as people see them: the tree of a document, what lay in it, what of it could not be read."""

import json
import subprocess

import pytest

from daemons import program


class Document:
    """A document with a tree, written as ingestion writes it: 4 sentences on two pages, a table between, two documents in it."""

    TEXTS = ["One.", "Two.", "Three.", "Four."]
    RUN = 1024

    def __init__(self, database, tenant=0):
        self.database, self.tenant = database, tenant
        database.query("INSERT INTO hartonomous.tenant (tenant_id) VALUES (%s) ON CONFLICT DO NOTHING", (tenant,))
        self.root = self.atom("document", "|".join(self.TEXTS), composed=True)
        self.atoms = [self.atom("sentence", text) for text in self.TEXTS]
        database.query("""INSERT INTO hartonomous.composition_run (tenant_id, parent_atom_id, first_sequence, first_position, lead, components, sizes, separators)
                          VALUES (%s, %s, 0, 0, 'x', %s, %s, %s), (%s, %s, 2, 11, NULL, %s, %s, NULL)""",
                       (tenant, self.root, self.atoms[:2], [4, 4], [b"|", b"|"], tenant, self.root, self.atoms[2:], [6, 5]))
        self.nodes([("page", "first", '{"width": 210}', -1, 0, 0, 2), ("table", None, None, 0, 1, 1, 1), ("row", None, None, 1, 2, 1, 1)], 0)
        self.nodes([("page", "second\n", None, -1, 0, 2, 3)], 3)
        database.query("""INSERT INTO hartonomous.ingestion_job (tenant_id, root_atom_id, atomizer, atomizer_version, unicode_version, size, next_sequence, nodes, metadata, problem)
                          VALUES (%s, %s, 'pdf', 1, '15.0', 30, 4, 4, '{"title": "Two pages"}', 'page 3 is broken')""", (tenant, self.root))
        self.source = self.add("book.pdf", declared="text/plain; charset=x", root=self.root, size=30)
        self.children = [self.add(name, parent=self.source, relation=relation, problem=problem, size=size) for name, relation, problem, size in
                         [("note.txt", "attachment", None, 5), ("sound.wav", "embedded-sound", "truncated", 7)]]

    def atom(self, subtype, text, composed=False):
        data = text.encode()
        return self.database.value("""INSERT INTO hartonomous.atom (tenant_id, modality, subtype, content_hash, size, atomic_value, canonical_text)
            VALUES (%s, 'text', %s, sha256(%s), %s, left(%s, 64)::bytea, %s) RETURNING atom_id""",
            (self.tenant, subtype, data, len(data), text, None if composed else text))

    def nodes(self, rows, first):
        columns = [list(column) for column in zip(*rows)]
        self.database.query("""INSERT INTO hartonomous.structure_run (tenant_id, root_atom_id, first_node, kinds, labels, metadata, parents, depths, begins, ends)
                               VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""", (self.tenant, self.root, first, *columns))

    def add(self, name, declared=None, root=None, parent=None, relation=None, problem=None, size=None):
        return self.database.value("""INSERT INTO hartonomous.source (tenant_id, file_name, declared_content_type, content_type, root_atom_id, state, parent_source_id, relation, depth, problem, size)
            VALUES (%s, %s, %s, 'application/pdf', %s, 'complete', %s, %s, %s, %s, %s) RETURNING source_id""",
            (self.tenant, name, declared, root, parent, relation, 0 if parent is None else 1, problem, size))


@pytest.fixture
def document(database):
    return Document(database)


def read(ctl, *words):
    return json.loads(ctl(*words, "--json").stdout)


def outline(tree):
    """Each line of a tree in short: level and kind, or level and sequence@position."""
    return [f"{item['level']} {item['kind']}" if "kind" in item else f"{item['level']} #{item['sequence']}@{item['position']}" for item in tree["tree"]]


def test_the_tree_has_nodes_and_components_in_the_order_of_the_document(document, ctl):
    tree = read(ctl, "source", "tree", document.source)
    assert outline(tree) == ["0 page", "1 #0@1", "1 table", "2 row", "1 #1@6", "0 page", "1 #2@11", "0 #3@17"]
    assert tree["root_atom"] == document.root and tree["metadata"] == {"title": "Two pages"} and tree["problem"] == "page 3 is broken"
    page, component = tree["tree"][:2]
    assert page == {"level": 0, "parent": None, "node": 0, "kind": "page", "label": "first", "first_sequence": 0, "end_sequence": 2, "metadata": {"width": 210}}
    assert component == {"level": 1, "in_node": 0, "sequence": 0, "layer": 0, "position": 1, "size": 4, "atom": document.atoms[0],
                         "modality": "text", "subtype": "sentence", "text": "One."}
    assert [(row["source"], row["relation"], row["problem"]) for row in tree["sources"]] == [
        (document.children[0], "attachment", None), (document.children[1], "embedded-sound", "truncated")]
    assert tree["more"] is False


def test_the_tree_for_people(document, ctl):
    lines = ctl("source", "tree", document.source, "--metadata").stdout.splitlines()
    assert lines == [
        "book.pdf  application/pdf  30 B  complete", "problem: page 3 is broken",
        '  page first  {"width": 210}', f"    #0 @1 sentence, 4 bytes, atom {document.atoms[0]}  One.", "    table", "      row",
        f"    #1 @6 sentence, 4 bytes, atom {document.atoms[1]}  Two.",
        "  page second ", f"    #2 @11 sentence, 6 bytes, atom {document.atoms[2]}  Three.",
        f"  #3 @17 sentence, 5 bytes, atom {document.atoms[3]}  Four.",
        f"attachment note.txt  source {document.children[0]}  application/pdf  5 B  complete",
        f"embedded-sound sound.wav  source {document.children[1]}  application/pdf  7 B  complete  problem: truncated"]
    assert "width" not in ctl("source", "tree", document.source).stdout


def test_depth_and_limit_cut_the_tree(document, ctl):
    assert outline(read(ctl, "source", "tree", document.source, "--depth", 1)) == ["0 page", "0 page", "0 #3@17"]
    assert outline(read(ctl, "source", "tree", document.source, "--depth", 2)) == ["0 page", "1 #0@1", "1 table", "1 #1@6", "0 page", "1 #2@11", "0 #3@17"]
    cut = read(ctl, "source", "tree", document.source, "--limit", 3)
    assert len(cut["tree"]) == 3 and cut["more"] is True and len(cut["sources"]) == 2
    done = ctl("source", "tree", document.source, "-n", 3)
    assert "--limit 0 shows all" in done.stderr and len(done.stdout.splitlines()) == 2 + 3 + 2


def test_a_tree_that_is_still_being_read(database, document, ctl):
    database.query("UPDATE hartonomous.structure_run SET ends = '{-1}' WHERE first_node = 3")
    tree = read(ctl, "source", "tree", document.source)
    assert outline(tree)[-2:] == ["1 #2@11", "1 #3@17"]
    assert [item["end_sequence"] for item in tree["tree"] if item.get("node") == 3] == [None]
    assert outline(read(ctl, "source", "tree", document.source, "--depth", 1)) == ["0 page", "0 page"]


def test_a_source_without_nodes_or_without_atoms(database, document, ctl):
    assert outline(read(ctl, "source", "tree", document.children[0])) == []
    database.query("DELETE FROM hartonomous.structure_run")
    assert outline(read(ctl, "source", "tree", document.source)) == ["0 #0@1", "0 #1@6", "0 #2@11", "0 #3@17"]
    missing = ctl("source", "tree", 999, check=False)
    assert missing.returncode == 2 and "there is none" in missing.stderr


def test_a_million_components_stream(database, ctl, settings):
    document = Document(database)
    database.query("""INSERT INTO hartonomous.composition_run (tenant_id, parent_atom_id, first_sequence, first_position, components, sizes)
        SELECT 0, %s, 4 + 1024 * n::bigint, 22 + 4096 * n::bigint, array_fill(%s::bigint, '{1024}'), array_fill(4, '{1024}') FROM generate_series(0, 999) AS n""",
                   (document.root, document.atoms[0]))
    database.query("UPDATE hartonomous.structure_run SET ends = '{1024004}' WHERE first_node = 3")
    words = [program("hartonomousctl"), "--config-dir", settings.folder, "source", "tree", str(document.source), "--limit", "0"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, env=settings.environment("hartonomous"), text=True)
    lines, resident = 0, 0
    for _ in process.stdout:
        lines += 1
        if lines % 100_000 == 0:
            with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
                resident = max(resident, *(int(line.split()[1]) for line in status if line.startswith("VmRSS")), 0)
    assert process.wait(30) == 0
    assert lines == 2 + 4 + 4 + 1_024_000 + 2
    assert 0 < resident < 64 * 1024, f"{resident} kB resident"
    assert outline(read(ctl, "source", "tree", document.source, "--depth", 1, "--limit", 0)) == ["0 page", "0 page"]


def test_show_and_list_tell_problems_parents_and_contradictions(document, ctl):
    shown = read(ctl, "source", "show", document.source)
    assert (shown["declared_content_type"], shown["content_type"], shown["nodes"], shown["parent"]) == ("text/plain; charset=x", "application/pdf", 4, None)
    assert shown["metadata"] == {"title": "Two pages"} and shown["problem"] == "page 3 is broken"
    people = ctl("source", "show", document.source).stdout
    assert "but declared as  text/plain; charset=x" in people
    child = read(ctl, "source", "show", document.children[1])
    assert (child["parent"], child["relation"], child["depth"], child["problem"]) == (document.source, "embedded-sound", 1, "truncated")
    assert "but declared as  -" in ctl("source", "show", document.children[1]).stdout
    assert [row["source"] for row in read(ctl, "source", "list", "--parent", document.source)] == document.children[::-1]
    assert [row["source"] for row in read(ctl, "source", "list", "--problem")] == [document.children[1], document.source]
    assert [row["source"] for row in read(ctl, "source", "list", "--problem", "--limit", 1)] == [document.children[1]]
    assert "PROBLEM" in ctl("source", "list", "--problem").stdout and "PROBLEM" not in ctl("source", "list").stdout
