"""A document of a million components: how fast, and how much memory the daemon takes for it."""

from harness import peak, timed

TENANT, FIRST = 3, 200_000_000
SENTENCES, RUN = 20_000, 1000


def document(bench, _sides):
    components = 1_000_000 if bench.rounds > 1 else 100_000
    bench.wipe()
    _load(bench, components)
    with bench.daemon() as daemon:
        def everything():
            bench.execute("""SELECT broker.send_one('ClientService', 'Neo4jSyncService', 'Neo4jSyncContract', 'Neo4jSyncRequest',
                                    jsonb_build_object('EntityType', 'Source', 'EntityId', %s::bigint, 'SyncType', 'CREATE'))""", FIRST)
            bench.wait_idle(daemon)

        seconds = timed(everything)
        found = bench.driver.execute_query("""MATCH (:Atom {id: $root, tenantId: $tenant})-[h:HAS_COMPONENT]->()
            RETURN count(h), sum(h.sequenceIndex)""", root=FIRST, tenant=TENANT).records[0].values()
        if list(found) != [components, components * (components - 1) // 2]:
            raise SystemExit(f"the graph has other components: {found}, not {components}")
        memory = peak(daemon)
        bench.value("document_components_per_second", components / seconds, f"one document of {components} components, {SENTENCES} different")
        bench.value("document_resident", memory, "MiB at the peak")
        bench.ratio("document_resident_to_limit", memory / 30)
    for table in ("source", "composition_run", "atom"):
        bench.execute(f"DELETE FROM hartonomous.{table} WHERE tenant_id = %s", TENANT)


def _load(bench, components):
    bench.execute("INSERT INTO hartonomous.tenant (tenant_id, name) VALUES (%s, 'document') ON CONFLICT DO NOTHING", TENANT)
    bench.execute(
        """INSERT INTO hartonomous.atom (tenant_id, atom_id, modality, subtype, content_hash, size, atomic_value, canonical_text)
           OVERRIDING SYSTEM VALUE
           SELECT %s, %s + n, 'text', CASE n WHEN 0 THEN 'document' ELSE 'sentence' END, sha256(n::text::bytea), 20, n::text::bytea, 'Sentence ' || n
           FROM generate_series(0, %s) AS n""", TENANT, FIRST, SENTENCES)
    bench.execute(
        """INSERT INTO hartonomous.composition_run (tenant_id, parent_atom_id, first_sequence, first_position, components, sizes)
           SELECT %s, %s, run, run * 20, array_agg(%s + 1 + (run + i) %% %s ORDER BY i), array_agg(20 ORDER BY i)
           FROM generate_series(0, %s, %s) AS run, generate_series(0, %s) AS i GROUP BY run""",
        TENANT, FIRST, FIRST, SENTENCES, components - 1, RUN, RUN - 1)
    bench.execute(
        """INSERT INTO hartonomous.source (tenant_id, source_id, file_name, uri, content_type, size, content_hash, state, root_atom_id, completed_at)
           OVERRIDING SYSTEM VALUE VALUES (%s, %s, 'long.txt', 'file:///long.txt', 'text/plain', %s, sha256('long'), 'complete', %s, now())""",
        TENANT, FIRST, components * 20, FIRST)
