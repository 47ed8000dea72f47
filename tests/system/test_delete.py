"""Removing sources: what only they used goes, what others use stays, and whoever is at work on them copes."""

import json
import threading

import psycopg
import pytest

import truth
from test_ctl import on_terminal
from test_ingestion import give_back, stage


def delete(database, *sources, tenant=1, dry_run=False):
    """What hartonomous.delete_sources() says."""
    names = ["sources", "atoms", "bytes", "embeddings", "staged_bytes", "messages", "dead_letters"]
    rows = database.query(f"SELECT {', '.join(names)} FROM hartonomous.delete_sources(%s, %s, %s)", (tenant, list(sources), dry_run))
    return dict(zip(names, rows[0]))


def ingest(database, wait_until, **documents):
    """Source ids of documents of tenant 1, once they are atoms."""
    sources = [stage(database, text.encode(), name=name, uri=f"test:{name}") for name, text in documents.items()]
    wait_until(lambda: database.value("SELECT count(*) FROM hartonomous.source WHERE source_id = ANY (%s) AND state <> 'complete'", (sources,)) == 0, 30)
    return sources


def texts(database):
    return {row[0] for row in database.query("SELECT canonical_text FROM hartonomous.atom WHERE subtype = 'sentence'")}


def used(database, tenant=1):
    return database.query("SELECT atoms, bytes FROM hartonomous.tenant_status WHERE tenant_id = %s", (tenant,))[0]


def counted(database, tenant=1):
    """What tenant_status must say, counted anew."""
    return database.query("""SELECT count(*), coalesce(sum(a.size) FILTER (WHERE j.root_atom_id IS NULL), 0)::bigint FROM hartonomous.atom a
        LEFT JOIN hartonomous.ingestion_job j ON (j.tenant_id, j.root_atom_id) = (a.tenant_id, a.atom_id) WHERE a.tenant_id = %s""", (tenant,))[0]


def test_what_only_it_used_goes_and_what_others_use_stays(database, start, wait_until):
    start("ingestion")
    first, second = ingest(database, wait_until, first="Alone here. Shared by both.", second="Shared by both. Only second.")
    assert used(database) == counted(database) == (5, 11 + 15 + 12)
    assert delete(database, first, dry_run=True) == {"sources": 1, "atoms": 2, "bytes": 11, "embeddings": 0, "staged_bytes": 0, "messages": 0, "dead_letters": 0}
    assert used(database) == counted(database) and len(texts(database)) == 3
    assert delete(database, first)["atoms"] == 2
    assert texts(database) == {"Shared by both.", "Only second."}
    assert give_back(database, second) == b"Shared by both. Only second."
    assert used(database) == counted(database) == (3, 27)
    truth.atoms_are_whole(database)
    again, = ingest(database, wait_until, first="Alone here. Shared by both.")
    assert give_back(database, again) == b"Alone here. Shared by both." and used(database) == counted(database)
    assert delete(database, again, second)["sources"] == 2
    assert counted(database) == used(database) == (0, 0)
    assert database.value("SELECT count(*) FROM hartonomous.composition_run") == database.value("SELECT count(*) FROM hartonomous.ingestion_job") == 0


def test_equal_documents_share_their_atom_until_the_last_goes(database, start, wait_until):
    start("ingestion")
    sources = ingest(database, wait_until, a="The same.", b="The same.")
    assert delete(database, sources[0]) == {"sources": 1, "atoms": 0, "bytes": 0, "embeddings": 0, "staged_bytes": 0, "messages": 0, "dead_letters": 0}
    assert give_back(database, sources[1]) == b"The same."
    assert delete(database, sources[1])["atoms"] == 2


def test_what_lay_in_a_source_goes_with_it_and_its_lineage_too(database, start, wait_until):
    start("ingestion")
    parent, child, grandchild, other = ingest(database, wait_until, parent="Around.", child="Inside.", grandchild="Deep.", other="Inside.")
    roots = dict(database.query("SELECT source_id, root_atom_id FROM hartonomous.source"))
    for lower, upper, depth in [(child, parent, 1), (grandchild, child, 2)]:
        database.query("UPDATE hartonomous.source SET parent_source_id = %s, relation = 'archive-entry', depth = %s WHERE source_id = %s", (upper, depth, lower))
        database.query("INSERT INTO hartonomous.provenance_edge (tenant_id, child_atom_id, parent_atom_id, derivation) VALUES (1, %s, %s, 'archive-entry')",
                       (roots[lower], roots[upper]))
    database.query("SELECT * FROM broker.purge_queue('Neo4jSyncQueue')")
    assert delete(database, parent)["sources"] == 3
    assert database.query("SELECT source_id FROM hartonomous.source") == [(other,)]
    assert texts(database) == {"Inside."}, "which another source has too"
    assert database.value("SELECT count(*) FROM hartonomous.provenance_edge") == 0
    told = [row[0] for row in database.query("SELECT body FROM broker.message WHERE message_type = 'Neo4jSyncRequest' ORDER BY id")]
    assert all(body["TenantId"] == 1 for body in told)
    named = {}
    for body in told:
        named.setdefault(body["EntityType"], []).append(body["EntityIds"])
    assert [roots[child]] in named["IngestionJob"] and named.pop("Composition") == [[roots[child]]], "which stays, and its source may not have told of it"
    named["IngestionJob"].remove([roots[child]])
    assert len(named) == 4 and all(len(messages) == 1 for messages in named.values()), "a message for each kind, not for each entity"
    named = {kind: messages[0] for kind, messages in named.items()}
    assert named["AtomProvenance"] == sorted([roots[child], roots[grandchild]]) and roots[other] == roots[child]
    assert named["Source"] == [parent, child, grandchild]
    assert named["IngestionJob"] == sorted([roots[parent], roots[grandchild]])
    assert len(named["Atom"]) == 4


def test_a_link_of_provenance_keeps_both_ends(database, start, wait_until):
    start("ingestion")
    summary, origin = ingest(database, wait_until, summary="In short.", origin="At length. And more.")
    ids = dict(database.query("SELECT canonical_text, atom_id FROM hartonomous.atom WHERE subtype = 'sentence'"))
    whole = database.value("SELECT root_atom_id FROM hartonomous.source WHERE source_id = %s", (origin,))
    database.query("SELECT hartonomous.link_provenance(ARRAY[%s::bigint], %s, 'summary')", (whole, ids["In short."]))
    assert delete(database, origin)["atoms"] == 0, "the summary was made of the whole, which is made of the sentences"
    assert texts(database) == {"In short.", "At length.", "And more."}
    assert delete(database, summary)["atoms"] == 1, "its document; the sentence is linked to the whole that stays"


def test_staged_bytes_waiting_messages_and_dead_letters_go(database, ctl):
    staged = stage(database, b"x" * 1000, send=False)
    queued, dead, kept = stage(database, b"y" * 2000), stage(database, b"z"), stage(database, b"kept")
    database.query("""WITH gone AS (DELETE FROM broker.message WHERE body ->> 'SourceId' = %s RETURNING *)
        INSERT INTO broker.dead_letter (conversation_handle, queue, message_type, body, enqueued_at, attempt_count, reason, metadata)
        SELECT conversation, 'IngestionQueue', message_type, body, enqueued_at, 1, 'broken', '{}' FROM gone""", (str(dead),))
    expected = {"sources": 3, "atoms": 0, "bytes": 0, "embeddings": 0, "staged_bytes": 3001, "messages": 1, "dead_letters": 1}
    assert json.loads(ctl("source", "delete", staged, queued, dead, "--dry-run", "--json").stdout) == expected
    done = ctl("source", "delete", staged, queued, dead)
    assert done.stdout == "3 sources, 0 atoms of 0 B, 0 embeddings, 3.0 kB staged, 1 waiting message, 1 dead letter removed\n"
    assert database.query("SELECT source_id FROM hartonomous.source") == [(kept,)]
    assert database.query("SELECT body ->> 'SourceId' FROM broker.message WHERE message_type = 'IngestionRequest'") == [(str(kept),)]
    assert database.query("SELECT action, detail -> 'source_deleted' FROM broker.audit ORDER BY at DESC LIMIT 1") == [("discard", dead)]


def test_a_late_message_is_dropped_and_a_wrong_one_is_not(database, start, wait_until):
    gone = stage(database, b"gone")
    delete(database, gone)
    for source in (gone, gone + 1):
        database.query("SELECT broker.send_one('ClientService', 'IngestionService', 'IngestionContract', 'IngestionRequest', %s::jsonb)",
                       (json.dumps({"TenantId": 1, "SourceId": source}),))
    daemon = start("ingestion")
    wait_until(lambda: "IngestionQueue" not in truth.queued(database), 30)
    letters = database.query("SELECT body -> 'SourceId', reason || coalesce(error_text, '') FROM broker.dead_letter")
    assert [letter[0] for letter in letters] == [gone + 1] and "does not exist" in letters[0][1]
    assert f"source {gone} of tenant 1 was deleted" in daemon.log()


def test_deleting_while_everything_is_at_work(database, start, graph, wait_until):
    """Ingestion, embedding and graph sync have the sources in hand while they are removed."""
    daemons = [start("ingestion"), start("embedding"), start("graph-sync")]
    documents = [" ".join(f"Sentence {n % 7} of number {n * step % 90}." for n in range(40)).encode() for step in range(1, 61)]
    sources, errors = [], []

    def deliver():
        try:
            sources.extend(stage(database, content, name=f"{n}.txt") for n, content in enumerate(documents))
        except Exception as error:  # noqa: BLE001 - told below
            errors.append(error)

    sender = threading.Thread(target=deliver)
    sender.start()
    removed = 0
    while sender.is_alive() or removed < len(documents):
        waiting = sources[removed:removed + 5]
        if len(waiting) == 5 or not sender.is_alive():
            assert delete(database, *waiting)["sources"] == len(waiting)
            removed += len(waiting)
    sender.join()
    assert errors == []
    truth.drain(database, 120)
    truth.nothing_is_dead(database)
    assert counted(database) == used(database) == (0, 0)
    assert database.value("SELECT count(*) FROM hartonomous.embedding") == 0
    wait_until(lambda: graph.query("MATCH (n) WHERE n:Atom OR n:Source RETURN count(n) AS n")[0]["n"] == 0, 60)
    kept, = ingest(database, wait_until, kept="Sentence 1 of number 1. New.")
    assert give_back(database, kept) == b"Sentence 1 of number 1. New."
    for daemon in daemons:
        assert daemon.process.poll() is None


def test_the_graph_keeps_what_is_shared(database, start, graph, wait_until):
    start("ingestion")
    start("graph-sync")
    first, second = ingest(database, wait_until, first="Alone here. Shared by both.", second="Shared by both. Only second.")
    wait_until(lambda: "Neo4jSyncQueue" not in truth.queued(database), 60)
    assert graph.query("MATCH (a:Atom) RETURN count(a) AS n")[0]["n"] == 5
    delete(database, first)
    wait_until(lambda: "Neo4jSyncQueue" not in truth.queued(database), 60)
    left = {row[0] for row in database.query("SELECT atom_id FROM hartonomous.atom")}
    assert {row["id"] for row in graph.query("MATCH (a:Atom) RETURN a.id AS id")} == left and len(left) == 3
    assert [row["id"] for row in graph.query("MATCH (s:Source) RETURN s.sourceId AS id")] == [second]


def test_another_tenant_is_not_touched(database, start, wait_until):
    start("ingestion")
    mine, theirs = stage(database, b"The same."), stage(database, b"The same.", tenant=2)
    truth_of = lambda: database.value("SELECT count(*) FROM hartonomous.source WHERE state = 'complete'")
    wait_until(lambda: truth_of() == 2, 30)
    assert delete(database, theirs)["sources"] == 0, "of tenant 1 there is none with this number"
    assert delete(database, mine)["atoms"] == 2
    assert counted(database, 2) == used(database, 2) == (2, 9) and give_back(database, theirs) == b"The same."


def test_who_stores_compositions_is_waited_for(database):
    source = stage(database, b"x")
    with database.connect() as storing, database.connect() as deleting:
        storing.execute("BEGIN")
        storing.execute("SELECT pg_advisory_xact_lock_shared(hartonomous.lock_class_tenant(), 1)")
        deleting.execute("SET lock_timeout = '200ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            deleting.execute("SELECT * FROM hartonomous.delete_sources(1, %s)", ([source],))
        storing.execute("COMMIT")
        deleting.execute("SELECT * FROM hartonomous.delete_sources(1, %s)", ([source],))
    assert database.value("SELECT count(*) FROM hartonomous.source") == 0


def test_choosing_by_place_and_age(database, ctl, settings):
    sources = [stage(database, b"x", uri=uri) for uri in ("file:///srv/a", "file:///srv/b", "file:///home/c", None)]
    database.query("UPDATE hartonomous.source SET created_at = now() - interval '40 days' WHERE source_id = %s", (sources[0],))
    count = lambda *words: json.loads(ctl("source", "delete", "--dry-run", "--json", *words).stdout)["sources"]
    assert count("--uri", "file:///srv/") == 2 and count("--older-than", "30 days") == 1 and count("--uri", "file:///home", "--older-than", "30 days") == 0
    assert count("--uri", "file:///srv/", "--tenant", 2) == 0
    refused = ctl("source", "delete", "--uri", "file:///srv/", check=False)
    assert refused.returncode == 64 and "say --yes" in refused.stderr
    status, _, asked = on_terminal(settings, "no\n", "source", "delete", "--uri", "file:///srv/")
    assert status == 1 and "2 sources" in asked and "nothing was removed" in asked
    assert ctl("source", "delete", "--uri", "file:///srv/", "--yes").stdout.startswith("2 sources, ")
    odd = ctl("source", "delete", "--older-than", "soon", "--yes", check=False)
    assert odd.returncode != 0 and "soon" in odd.stderr and odd.stderr.count("\n") == 1
    assert database.value("SELECT count(*) FROM hartonomous.source") == 2


def test_mistakes_remove_nothing(database, ctl):
    source = stage(database, b"x")
    missing = ctl("source", "delete", source, source + 1, check=False)
    assert missing.returncode == 2 and f"source {source + 1}: there is none; nothing was removed" in missing.stderr
    assert ctl("source", "delete", source, "--tenant", 2, check=False).returncode == 2
    for words in ([], [source, "--uri", "x"], ["x"]):
        assert ctl("source", "delete", *words, check=False).returncode == 64
    assert database.value("SELECT count(*) FROM hartonomous.source") == 1
