"""graph check, repair, rebuild and drop against a real Neo4j and the real daemon; the official driver damages and compares."""

import json
import os
import signal
import subprocess

import psycopg
import pytest

from daemons import program
from graph_state import add_atom, add_document, add_tenant, assert_equal, dead_letters, idle

SENTENCES = [f"Sentence number {n}. " for n in range(60)]


def settled(database, wait_until, timeout=90):
    wait_until(lambda: idle(database), timeout, "the queue of graph sync is empty")


def fill(database):
    """Something of every kind, in two tenants, with the ids that the damages name."""
    made = {}
    made["source"], made["root"] = add_document(database, 1, SENTENCES)
    made["other_source"], made["other_root"] = add_document(database, 1, ["One line. "] * 10 + SENTENCES[:5], name="repetitive.txt")
    made["far_source"], made["far_root"] = add_document(database, 2, SENTENCES[:10], name="another tenant's.txt")
    with psycopg.connect(database.conninfo()) as connection:
        def call(statement, *parameters):
            return connection.execute("SELECT hartonomous." + statement, parameters).fetchone()[0]

        add_tenant(connection, 3)
        atoms = [add_atom(connection, 1, "text", "sentence", f"atom {n}".encode()) for n in range(12)]
        made["atoms"] = atoms
        made["user"] = call("add_user(1, 'ada')")
        made["other_user"] = call("add_user(1, 'bob', 'restricted')")
        made["far_user"] = call("add_user(2, 'ada')")
        made["operation"] = call("begin_operation(1, 'summarize', 'a summary', %s)", made["user"])
        call("link_provenance(%s, %s, 'DERIVED_FROM', 'summary', %s)", atoms[1:4], atoms[0], made["operation"])
        call("link_provenance(%s, %s, 'SUPERSEDED_BY')", [atoms[4]], atoms[5])
        call("end_operation(%s)", made["operation"])
        made["model"] = call("register_model('reader', '1', 'native', 384)")
        made["newer_model"] = call("register_model('reader', '2', 'native', 384)")
        made["stream"] = call("begin_generation(1, 'a stream', %s)", made["newer_model"])
        call("add_generated(%s, %s)", made["stream"], [atoms[6], atoms[7], atoms[6]])
        call("end_generation(%s)", made["stream"])
        made["inference"] = call(
            """record_inference(1, 'answer', %s, input_atom_ids => %s, used_atom_ids => %s, output_atom_ids => %s, confidence => 0.5,
                                influences => '{0.25,0.75}', reasoning => '{hybrid}', context => 'multimodal', user_id => %s,
                                alternatives => '[{"description": "one", "confidence": 0.5, "chosen": true},
                                                  {"description": "two", "confidence": 0.25}]', metadata => '{"a": 1}')""",
            made["model"], [atoms[8]], [atoms[9], atoms[10]], [atoms[11]], made["user"])
        made["feedback"] = call("add_feedback(%s, 0.75, 'good', %s)", made["inference"], made["user"])
        made["access"] = call("record_access(%s, %s, 'read', true, 'work')", made["user"], made["root"])
        call("classify(%s, 'confidential', 'names')", made["root"])
        made["rule"] = call("set_compliance_rule(1, 'forget', 'confidential', 30, 'after a month')")
        connection.execute("""INSERT INTO hartonomous.ingestion_job (tenant_id, root_atom_id, atomizer, atomizer_version, unicode_version, size,
                                                                     byte_offset, completed_at)
                              VALUES (1, %s, 'text', 1, '15.0', 10, 10, now() + interval '1 second')""", (made["root"],))
        for kind, column, table in (("Atom", "atom_id", "atom"), ("Tenant", "tenant_id", "tenant"), ("IngestionJob", "root_atom_id", "ingestion_job"),
                                    ("Source", "source_id", "source")):
            connection.execute(f"""SELECT broker.send_one('ClientService', 'Neo4jSyncService', 'Neo4jSyncContract', 'Neo4jSyncRequest',
                                     jsonb_build_object('EntityType', '{kind}', 'EntityIds', (SELECT jsonb_agg({column}) FROM hartonomous.{table})))""")
    made["a0"], made["a1"], made["a2"], made["a3"], made["a4"], made["a5"] = atoms[:6]
    made["a6"], made["a8"], made["a9"], made["a11"] = atoms[6], atoms[8], atoms[9], atoms[11]
    return made


@pytest.fixture
def full(graph, database, start, wait_until):
    """(ids, Neo4j): a graph with something of every kind, equal to PostgreSQL, and a daemon that keeps it so."""
    made = fill(database)
    start("graph-sync")
    settled(database, wait_until)
    assert_equal(database, graph)
    assert dead_letters(database) == []
    return made, graph


def check(ctl, *arguments, code=None):
    """(exit status, what it says)"""
    done = ctl("graph", "check", "--json", *arguments, check=False)
    assert done.returncode in (0, 1), done.stderr
    said = json.loads(done.stdout)
    if code is not None:
        assert done.returncode == code, json.dumps(said["differences"], indent=1)[:3000] + done.stderr
    return done.returncode, said


def test_an_equal_graph_has_no_differences(full, ctl, database):
    _, said = check(ctl, code=0)
    assert said["differences"] == [] and said["left"] == 0 and said["in_flight"] == 0
    kinds = {row["kind"]: row for row in said["counts"] if row["tenant"] in (1, None)}
    assert set(kinds) == {"Tenant", "User", "Model", "Atom", "Operation", "IngestionJob", "Source", "AtomProvenance", "Classification", "ComplianceRule",
                          "AccessEvent", "GenerationStream", "Inference", "Composition"}
    assert all(row["postgresql"] == row["graph"] > 0 for row in kinds.values()), kinds
    assert said["compared"] >= database.value("SELECT count(*) FROM hartonomous.graph_entity") + database.value("SELECT count(*) FROM hartonomous.composition")
    assert "equals" in ctl("graph", "check").stdout
    _, said = check(ctl, "--quick", code=0)
    assert said["differences"] == []
    _, said = check(ctl, "--kind", "Source", "--tenant", "1", code=0)
    assert said["compared"] == 2
    assert ctl("graph", "check", "--kind", "Nothing", check=False).returncode == 64
    assert ctl("graph", "check", "--quick", "--repair", check=False).returncode == 64


# What is done to the graph (parameters are the ids of fill()), and what one of the differences has to say: what, kind, a part of the key, member.
DAMAGES = [
    ("MATCH (a:Atom {id: $a0}) SET a.preview = 'changed'", ("differs", "Atom", "{a0}", "preview")),
    ("MATCH (a:Atom {id: $a1}) REMOVE a.createdAt", ("differs", "Atom", "{a1}", "createdAt")),
    ("MATCH (a:Atom {id: $a2}) SET a.size = toString(a.size)", ("differs", "Atom", "{a2}", "size")),
    ("MATCH (a:Atom {id: $a3}) SET a.extra = 'not ours'", ("differs", "Atom", "{a3}", "extra")),
    ("MATCH (a:Atom {id: $a8}) DETACH DELETE a", ("missing", "Atom", "{a8}", None)),
    ("CREATE (:Atom {id: 987654321, tenantId: 1, atomType: 'text/sentence', version: 1})", ("surplus", "Atom", "987654321", None)),
    ("CREATE (:Atom {id: $a4, tenantId: 2, version: 1})", ("surplus", "Atom", "{a4}", None)),
    ("CREATE (:Atom {id: 4, tenantId: 77, version: 1})-[:HAS_COMPONENT {sequenceIndex: 0}]->(:Atom {id: 5, tenantId: 77})", ("surplus", "Atom", "4", None)),
    ("CREATE (:Atom {id: '17', tenantId: 1})", ("odd", "Atom", "17", None)),
    ("CREATE (:Atom {preview: 'no key at all'})", ("odd", "Atom", None, None)),
    ("CREATE (:Source {sourceId: 5, tenantId: '1'})", ("odd", "Source", "5", None)),
    ("CREATE (:Decision {decisionId: '5:1', tenantId: 1})", ("odd", "Decision", "5:1", None)),
    ("CREATE (:Model {modelId: 'nobody'})", ("odd", "Model", "nobody", None)),
    ("MATCH (s:Source {sourceId: $source}) SET s.fileName = 'x', s.version = s.version + 1000000", ("differs", "Source", "{source}", "fileName")),
    ("MATCH (s:Source {sourceId: $other_source}) SET s.version = s.version - 1", ("differs", "Source", "{other_source}", "version")),
    ("MATCH (s:Source {sourceId: $other_source})-[b:BELONGS_TO_TENANT]->() DELETE b", ("missing", "Source", "{other_source}", "BELONGS_TO_TENANT")),
    ("MATCH (s:Source {sourceId: $far_source})<-[i:INGESTED_FROM]-() DELETE i", ("differs", "Source", "{far_source}", "rootAtomId")),
    ("MATCH (s:Source {sourceId: $source})<-[:INGESTED_FROM]-(a) CREATE (a)-[:INGESTED_FROM]->(s)", ("doubled", "Source", "{source}", "INGESTED_FROM")),
    ("MATCH (p:Atom {id: $root})-[h:HAS_COMPONENT {sequenceIndex: 3}]->() DELETE h", ("missing", "Composition", "{root}", "HAS_COMPONENT[3]")),
    ("MATCH (p:Atom {id: $root})-[h:HAS_COMPONENT {sequenceIndex: 5}]->(c) CREATE (p)-[:HAS_COMPONENT {sequenceIndex: 5}]->(c)",
     ("doubled", "Composition", "{root}", "HAS_COMPONENT[5]")),
    ("MATCH (p:Atom {id: $root})-[h:HAS_COMPONENT {sequenceIndex: 7}]->(c) CREATE (p)-[:HAS_COMPONENT {sequenceIndex: 700}]->(c)",
     ("surplus", "Composition", "{root}", "HAS_COMPONENT[700]")),
    ("MATCH (p:Atom {id: $other_root})-[h:HAS_COMPONENT {sequenceIndex: 2}]->() SET h.sequenceIndex = -2",
     ("surplus", "Composition", "{other_root}", "HAS_COMPONENT[-2]")),
    ("MATCH (p:Atom {id: $other_root})-[h:HAS_COMPONENT {sequenceIndex: 4}]->() SET h.sequenceIndex = 'four'", ("stray", "HAS_COMPONENT", "{other_root}", None)),
    ("MATCH (p:Atom {id: $far_root}), (c:Atom {id: $a0}) CREATE (p)-[:HAS_COMPONENT {sequenceIndex: 99}]->(c)", ("stray", "HAS_COMPONENT", "{far_root}", None)),
    ("MATCH (p:Atom {id: $a9}), (c:Atom {id: $a0}) CREATE (p)-[:HAS_COMPONENT {sequenceIndex: 0}]->(c)", ("surplus", "Composition", "{a9}", "HAS_COMPONENT[0]")),
    ("MATCH (a:Atom {id: $a0})-[d:DERIVED_FROM]->(:Atom {id: $a1}) SET d.confidence = 0.125", ("differs", "AtomProvenance", "{a0}", "edges[0]")),
    ("MATCH (a:Atom {id: $a0})-[d:DERIVED_FROM]->(:Atom {id: $a2}) DELETE d", ("differs", "AtomProvenance", "{a0}", "edges")),
    ("MATCH (a:Atom {id: $a1}), (b:Atom {id: $a9}) CREATE (a)-[:DERIVED_FROM {version: 1}]->(b)", ("surplus", "AtomProvenance", "{a1}", None)),
    ("MATCH (a:Atom {id: $a4})-[d:SUPERSEDED_BY]->(b) CREATE (a)-[e:SUPERSEDED_BY]->(b) SET e = properties(d)", ("differs", "AtomProvenance", "{a5}", "edges")),
    ("MATCH (u:User {userId: $other_user}) SET u.clearance = 'public'", ("differs", "User", "{other_user}", "clearance")),
    ("MATCH (u:User {userId: $far_user}) CREATE (v:User) SET v = properties(u)", ("doubled", "User", "{far_user}", None)),
    ("MATCH (o:Operation {operationId: toString($operation)})-[r:REQUESTED_BY]->() DELETE r", ("differs", "Operation", "{operation}", "requestedBy")),
    ("MATCH (o:Operation {operationId: toString($operation)}), (a:Atom {id: $a9}) CREATE (o)-[:GENERATED]->(a)", ("differs", "Operation", "{operation}", "outputs")),
    ("MATCH (o:IngestionJob) SET o.name = 'other'", ("differs", "IngestionJob", "{root}", "name")),
    ("MATCH (o:IngestionJob), (a:Atom {id: $a9}) CREATE (o)-[:HAD_INPUT]->(a)", ("stray", "HAD_INPUT", "ingestion:{root}", None)),
    ("MATCH (:ModelVersion {version: '1'})-[s:SUPERSEDED_BY]->() DELETE s", ("differs", "Model", "{newer_model}", "supersedes")),
    ("MATCH ()-[h:HAS_VERSION]->(:ModelVersion {version: '1'}) DELETE h", ("missing", "Model", "{model}", "HAS_VERSION")),
    ("MATCH (g:GenerationStream)-[r:GENERATED {ordinal: 1}]->() SET r.ordinal = 5", ("differs", "GenerationStream", "{stream}", "atoms")),
    ("MATCH (i:Inference)-[:CONSIDERED]->(d {rank: 2}) SET d.description = 'three'", ("differs", "Inference", "{inference}", "decisions[1].description")),
    ("MATCH (i:Inference)-[r:USED_REASONING]->() DELETE r WITH i MATCH (m:ReasoningMode {type: 'spatial_query'}) CREATE (i)-[:USED_REASONING]->(m)",
     ("differs", "Inference", "{inference}", "reasoning[0]")),
    ("MATCH (i:Inference)-[u:USED_MODEL]->(m) CREATE (i)-[:USED_MODEL]->(m)", ("doubled", "Inference", "{inference}", "USED_MODEL")),
    ("MATCH (f:Feedback)-[g:GIVEN_BY]->() DELETE g WITH f MATCH (u:User {userId: $far_user}) WITH f, u LIMIT 1 CREATE (f)-[:GIVEN_BY]->(u)",
     ("stray", "GIVEN_BY", "Feedback {feedback}", None)),
    ("MATCH (e:AccessEvent)-[a:ACCESSED]->() DELETE a", ("differs", "AccessEvent", "{access}", "atom")),
    ("MATCH (r:ComplianceRule)-[a:APPLIES_TO]->() DELETE a", ("differs", "ComplianceRule", "{rule}", "level")),
    ("MATCH (:Atom {id: $root})-[c:CLASSIFIED_AS]->() SET c.reason = 'none'", ("differs", "Classification", "{root}", "reason")),
    ("MATCH (t:Tenant {tenantId: 3}) SET t.name = NULL", ("differs", "Tenant", "3", "name")),
    ("CREATE (:Tenant {tenantId: 44, name: 'nobody'})", ("surplus", "Tenant", "44", None)),
    ("MATCH (u:User {userId: $user}), (s:Source {sourceId: $source}) CREATE (s)-[:USED_ATOM]->(u)", ("stray", "USED_ATOM", "Source {source}", None)),
]


def fits(difference, wanted, made):
    what, kind, key, member = wanted
    return (difference["what"] == what and difference["kind"] == kind
            and (key is None or key.format(**made) in (difference["key"] or ""))
            and (member is None or member in (difference["member"] or "")))


def test_every_damage_is_named_and_mended(full, ctl, database, wait_until):
    made, graph = full
    graph.query("DROP CONSTRAINT user_id_unique")  # so that a user can be there twice
    for damage, _ in DAMAGES:
        graph.query(damage, **made)
    _, said = check(ctl, code=1)
    unnamed = [wanted for _, wanted in DAMAGES if not any(fits(one, wanted, made) for one in said["differences"])]
    assert unnamed == [], json.dumps(said["differences"], indent=0)
    lines = ctl("graph", "check", check=False).stdout.splitlines()
    assert any(line.startswith("differs Source") and "fileName" in line and '"a.txt"' in line and '"x"' in line for line in lines), lines
    # Without leave to delete, what a message can name is mended, and the rest is said to be left.
    done = ctl("graph", "check", "--repair", "--json", check=False)
    assert done.returncode == 1 and "--yes" in done.stderr
    left = json.loads(done.stdout)
    assert 0 < left["left"] < left["found"]
    _, said = check(ctl, "--repair", "--yes", code=0)
    assert said["left"] == 0 and said["deleted"] > 0
    ctl("graph", "apply")
    check(ctl, code=0)
    assert_equal(database, graph)
    assert dead_letters(database) == []


def test_what_is_left_out_of_the_graph_must_not_be_there(full, ctl, database, graph, wait_until):
    made, _ = full
    with psycopg.connect(database.conninfo()) as connection:
        tiles = [add_atom(connection, 1, "image", "tile", f"tile {n}".encode(), text=False) for n in range(4)]
        caption = add_atom(connection, 1, "text", "sentence", b"A caption that only the picture has.")
        picture = add_atom(connection, 1, "image", "document", b"a picture", text=False)
        connection.execute("""INSERT INTO hartonomous.composition_run (tenant_id, parent_atom_id, first_sequence, first_position, components, sizes)
                              VALUES (1, %s, 0, 0, %s, %s)""", (picture, tiles + [caption], [6] * 5))
        connection.execute("""INSERT INTO hartonomous.source (tenant_id, file_name, size, content_hash, state, root_atom_id, completed_at)
                              VALUES (1, 'a.png', 9, sha256('a picture'), 'complete', %s, now())""", (picture,))
        connection.execute("SELECT hartonomous.enqueue_neo4j_sync('Source', max(source_id)) FROM hartonomous.source")
    settled(database, wait_until)
    check(ctl, code=0)
    assert graph.query("MATCH (a:Atom) WHERE a.id IN $tiles RETURN a.id AS id", tiles=tiles) == []
    graph.query("MATCH (p:Atom {id: $picture}) CREATE (p)-[:HAS_COMPONENT {sequenceIndex: 0}]->(:Atom {id: $tile, tenantId: 1, atomType: 'image/tile'})",
                picture=picture, tile=tiles[0])
    graph.query("CREATE (:Atom {id: $tile, tenantId: 1, atomType: 'image/tile'})", tile=tiles[1])
    _, said = check(ctl, code=1)
    assert [one for one in said["differences"] if fits(one, ("surplus", "Composition", str(picture), "HAS_COMPONENT[0]"), made)]
    assert [one for one in said["differences"] if one["postgresql"] == "left out" and one["key"] == str(tiles[1])]
    check(ctl, "--repair", "--yes", code=0)
    assert graph.query("MATCH (a:Atom) WHERE a.id IN $tiles RETURN a.id AS id", tiles=tiles) == []
    # A rebuild leaves them out as well.
    ctl("graph", "rebuild", "--empty", "--yes")
    settled(database, wait_until)
    check(ctl, code=0)
    assert graph.query("MATCH (a:Atom) WHERE a.id IN $tiles RETURN a.id AS id", tiles=tiles + [caption]) == []
    assert len(graph.query("MATCH (a:Atom {id: $picture})-[:INGESTED_FROM]->() RETURN a", picture=picture)) == 1


def test_quick_sees_counts_and_versions(full, ctl):
    _, graph = full
    graph.query("MATCH (s:Source) SET s.version = s.version - 1")
    _, said = check(ctl, "--quick", code=1)
    assert {(one["what"], one["kind"]) for one in said["differences"]} == {("version", "Source")}
    graph.query("MATCH (p:Atom)-[h:HAS_COMPONENT {sequenceIndex: 1}]->() DELETE h")
    _, said = check(ctl, "--quick", code=1)
    assert ("count", "Composition") in {(one["what"], one["kind"]) for one in said["differences"]}


def test_only_one_tenant_and_kind(full, ctl):
    made, graph = full
    graph.query("MATCH (s:Source) SET s.fileName = 'changed'")
    _, said = check(ctl, "--tenant", "2", code=1)
    assert [(one["kind"], one["tenant"], one["key"]) for one in said["differences"]] == [("Source", 2, str(made["far_source"]))]
    check(ctl, "--kind", "Atom", code=0)
    check(ctl, "--kind", "Source", "--repair", code=0)
    check(ctl, code=0)


def test_long_documents_are_compared_piece_by_piece(graph, database, ctl, start, wait_until):
    _, root = add_document(database, 1, [f"Line {n % 500}. " for n in range(120000)], run=10000)
    for n in range(30):
        add_document(database, 1, [f"Line {n}. ", f"Line {n + 1}. "], name=f"{n}.txt")
    start("graph-sync")
    settled(database, wait_until, 180)
    _, said = check(ctl, code=0)
    assert said["compared"] > 120000
    graph.query("MATCH (p:Atom {id: $root})-[h:HAS_COMPONENT]->() WHERE h.sequenceIndex IN [0, 49999, 50000, 119999] DELETE h", root=root)
    _, said = check(ctl, code=1)
    assert {one["member"] for one in said["differences"]} == {f"HAS_COMPONENT[{n}]" for n in (0, 49999, 50000, 119999)}
    check(ctl, "--repair", code=0)
    assert_equal(database, graph)


def test_a_check_during_a_running_ingestion_gives_no_false_alarm(graph, database, settings, ctl, start, wait_until, tmp_path):
    start("graph-sync")
    start("ingestion", ingestion={"window": "128K"})
    with database.connect() as connection:
        add_tenant(connection, 0)
    for n in range(12):
        (tmp_path / f"{n}.txt").write_text("".join(f"Sentence {i} of document {n}. And {i * n}.\n" for i in range(4000)))
    writer = subprocess.Popen([program("hartonomousctl"), "--config-dir", settings.folder, "ingest", "--wait", str(tmp_path)], env=settings.environment("hartonomous"),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    checks = in_flight = 0
    with database.connect() as connection:
        while writer.poll() is None or not idle(database):
            # Changes of what is there already, beside new documents.
            connection.execute("SELECT hartonomous.add_user(0, 'ada', %s)", ("public" if checks % 2 else "internal",))
            _, said = check(ctl, code=0)
            checks += 1
            in_flight += said["in_flight"]
    assert writer.returncode == 0, writer.stderr.read()
    assert in_flight > 0, "no check met the ingestion"
    settled(database, wait_until, 180)
    _, said = check(ctl, code=0)
    assert said["in_flight"] == 0
    assert_equal(database, graph)


def test_waiting_messages_are_in_flight_while_nobody_takes_them(graph, database, ctl, start, wait_until):
    source, _ = add_document(database, 1, SENTENCES)
    daemon = start("graph-sync")
    settled(database, wait_until)
    daemon.stop()
    add_document(database, 1, [f"New {n}. " for n in range(20)], name="new.txt")
    with database.connect() as connection:
        connection.execute("UPDATE hartonomous.source SET problem = 'found later' WHERE source_id = %s", (source,))
        connection.execute("SELECT hartonomous.enqueue_neo4j_sync('Source', %s)", (source,))
    _, said = check(ctl, code=0)
    assert said["in_flight"] > 20
    start("graph-sync")
    settled(database, wait_until)
    _, said = check(ctl, code=0)
    assert said["in_flight"] == 0


def test_rebuild_survives_kill_9_and_goes_on_with_live_traffic(full, settings, ctl, database, wait_until):
    made, graph = full
    for n in range(250):
        add_document(database, 1 + n % 2, [f"Document {n}, line {i}. " for i in range(40)], name=f"{n}.txt")
    settled(database, wait_until, 180)
    graph.query("CREATE (:Somebody {name: 'not ours'})-[:KNOWS]->(:Atom {id: 55, tenantId: 66})")
    arguments = [program("hartonomousctl"), "--config-dir", settings.folder, "graph", "rebuild", "--empty", "--yes"]
    killed = subprocess.Popen(arguments, env=settings.environment("hartonomous"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    cursor = "SELECT count(*) FROM hartonomous.graph_rebuild WHERE entities > 0 AND ended_at IS NULL"
    wait_until(lambda: database.value(cursor) == 1, 60, "the rebuild has asked for something", interval=0.002)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    asked = database.value("SELECT entities FROM hartonomous.graph_rebuild")
    assert database.value(cursor) == 1
    late, _ = add_document(database, 2, ["Came in between. "], name="late.txt")
    done = ctl("graph", "rebuild", "--json")
    said = json.loads(done.stdout)
    assert said["resumed"] and said["deleted"] == 0 and said["entities"] > asked and "going on" in done.stderr
    settled(database, wait_until, 180)
    check(ctl, code=0)
    assert len(graph.query("MATCH (s:Somebody) DELETE s RETURN 1")) == 1, "what is not ours stays"
    assert_equal(database, graph)
    assert dead_letters(database) == []
    # The next one begins anew.
    assert json.loads(ctl("graph", "rebuild", "--json").stdout)["resumed"] is False


def test_live_messages_go_before_those_of_a_rebuild(graph, database, settings, ctl, start, wait_until):
    for n in range(300):
        add_document(database, 1, [f"Document {n}. "], name=f"{n}.txt", announce=False)
    rebuild = subprocess.Popen([program("hartonomousctl"), "--config-dir", settings.folder, "graph", "rebuild"], env=settings.environment("hartonomous"),
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    waiting = "SELECT priority, depth FROM broker.queue_depth WHERE queue = 'Neo4jSyncQueue'"
    depths = wait_until(lambda: (lambda rows: rows if rows.get(2, 0) > 0 else None)(dict(database.query(waiting))), 30)
    assert depths[2] <= 10, "few of them wait"
    rebuild.send_signal(signal.SIGINT)
    assert rebuild.wait(20) == 1 and b"goes on from here" in rebuild.stderr.read()
    start("graph-sync")
    ctl("graph", "rebuild")
    settled(database, wait_until)
    check(ctl, code=0)


def test_drop_takes_away_what_apply_made_and_nothing_else(full, ctl, tmp_path):
    _, graph = full
    graph.query("CREATE INDEX somebody FOR (n:Somebody) ON (n.name)")
    graph.query("CREATE (:Somebody {name: 'not ours'}), (:Context {domain: 'not ours'})")
    graph.query("DROP INDEX atom_hash")
    graph.query("CREATE INDEX atom_hash FOR (n:Somebody) ON (n.hash)")
    refused = ctl("graph", "drop", check=False)
    assert refused.returncode == 64 and "--yes" in refused.stderr
    dump = tmp_path / "former.cypher"
    done = ctl("graph", "drop", "--yes", "-o", dump)
    assert "[6/6]" in done.stdout and "atom_hash: skipped" in done.stdout
    names = {row["name"] for row in graph.query("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP'")}
    assert names == {"somebody", "atom_hash"}
    assert graph.query("SHOW CONSTRAINTS") == []
    assert graph.query("MATCH (n:ReasoningMode|Context|DataClassification) RETURN n.domain AS d") == [{"d": "not ours"}]
    assert graph.query("MATCH (a:Atom) RETURN count(a) > 0 AS there") == [{"there": True}]
    # The dump makes the former schema again.
    graph.query("DROP INDEX atom_hash")
    graph.query("DROP INDEX somebody")
    for statement in dump.read_text().split(";\n"):
        if statement.strip():
            graph.query(statement)
    graph.query("DROP INDEX atom_hash")
    ctl("graph", "apply", "-o", tmp_path / "second.cypher")
    assert "atom_unique" in (tmp_path / "second.cypher").read_text()
    assert ctl("graph", "verify").returncode == 0
    done = ctl("graph", "drop", "--data", "--yes", "--json")
    assert any(step["statements"] for step in json.loads(done.stdout))
    assert graph.query("MATCH (n) RETURN labels(n)[0] AS label ORDER BY label") == [{"label": "Context"}, {"label": "Somebody"}]


def test_apply_that_cannot_keep_the_former_schema_changes_nothing(neo4j, settings, ctl):
    neo4j.wipe()
    settings.credential("neo4j-password", neo4j.password)
    settings.write("graph-sync", {"neo4j": {"url": neo4j.url}})
    done = ctl("graph", "apply", "-o", "/nowhere/at/all", check=False)
    assert done.returncode == 1 and "/nowhere/at/all" in done.stderr
    assert neo4j.query("SHOW CONSTRAINTS") == []
    missing = ctl("graph", "verify", check=False)
    assert missing.returncode == 1 and "atom_unique" in missing.stdout


def test_check_says_what_to_do_where_neo4j_is_away(settings, database, ctl):
    settings.credential("neo4j-password", "whatever")
    settings.write("graph-sync", {"neo4j": {"url": "http://127.0.0.1:9"}})
    done = ctl("graph", "check", check=False)
    assert done.returncode == 69 and "url" in done.stderr
