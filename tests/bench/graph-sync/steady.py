"""How long after its commit a new atom is in the graph, at 1,000 new atoms a second."""

import random
import threading
import time

from harness import metric, peak

TENANT, FIRST = 2, 100_000_000
RATE, PORTION, SECONDS = 1000, 100, 30

INSERT = """INSERT INTO hartonomous.atom (tenant_id, atom_id, modality, subtype, content_hash, size, atomic_value, canonical_text)
    OVERRIDING SYSTEM VALUE
    SELECT %(tenant)s, n, 'text', 'sentence', sha256(n::text::bytea), 20, n::text::bytea, 'Steady sentence ' || n
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n"""
LINK = """INSERT INTO hartonomous.provenance_edge (tenant_id, child_atom_id, parent_atom_id, derivation)
    SELECT %(tenant)s, child, parent, 'summary' FROM unnest(%(children)s::bigint[], %(parents)s::bigint[]) AS edge (child, parent)"""
SEND = """SELECT broker.send_many('ClientService', 'Neo4jSyncService', 'Neo4jSyncContract', 'Neo4jSyncRequest', ARRAY(
    SELECT jsonb_build_object('EntityType', 'AtomProvenance', 'EntityId', n, 'SyncType', 'CREATE')
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n))"""


class Writer(threading.Thread):
    """Commits a hundred atoms with an edge each, and a message for each, every tenth of a second."""

    def __init__(self, bench):
        super().__init__(daemon=True)
        self.bench = bench
        self.committed = []  # (last atom, when)
        self.chance = random.Random(FIRST)

    def portion(self, first):
        last = first + PORTION - 1
        children = list(range(max(first, FIRST + 1), last + 1))
        rows = {"tenant": TENANT, "first": first, "last": last, "children": children,
                "parents": [self.chance.randint(FIRST, child - 1) for child in children]}
        with self.bench.connection.transaction():
            for statement in (INSERT, LINK, SEND):
                self.bench.connection.execute(statement, rows)
        self.committed.append((last, time.monotonic()))

    def run(self):
        begun = time.monotonic()
        for number in range(RATE * SECONDS // PORTION):
            time.sleep(max(0.0, begun + number * PORTION / RATE - time.monotonic()))
            self.portion(FIRST + number * PORTION)


def steady(bench, _sides):
    bench.wipe()
    bench.execute("INSERT INTO hartonomous.tenant (tenant_id, name) VALUES (%s, 'steady') ON CONFLICT DO NOTHING", TENANT)
    with bench.daemon() as daemon:
        writer = Writer(bench)
        waits, reported = _observe(bench, daemon, writer)
        bench.wait_idle(daemon)
        bench.value("steady_lag_p50", waits[len(waits) // 2], "s from commit until it is in the graph, 1,000 atoms a second")
        bench.value("steady_lag_p99", waits[len(waits) * 99 // 100], "s")
        bench.value("steady_lag_max", waits[-1], "s")
        bench.value("steady_lag_reported_max", reported, "s, metric neo4j_sync_lag_seconds")
        bench.value("steady_atoms_per_second", len(waits) * PORTION / SECONDS)
        bench.value("steady_resident", peak(daemon), "MiB at the peak")
        bench.ratio("graph_lag_max_to_limit", waits[-1] / 2)
    for table, column in (("provenance_edge", "child_atom_id"), ("atom", "atom_id")):
        bench.execute(f"DELETE FROM hartonomous.{table} WHERE tenant_id = %s AND {column} >= %s", TENANT, FIRST)


def _observe(bench, daemon, writer):
    """Waits of all portions, sorted, and the greatest lag that the daemon reported."""
    waits, reported, asked = [], 0.0, 0.0
    writer.start()
    with bench.driver.session() as session:
        while len(waits) < RATE * SECONDS // PORTION:
            if len(waits) == len(writer.committed):
                if not writer.is_alive() and len(waits) == len(writer.committed):
                    raise SystemExit("the writer ended early")
                time.sleep(0.002)
                continue
            atom, when = writer.committed[len(waits)]
            found = session.run("MATCH (a:Atom {id: $id, tenantId: $tenant})-[:DERIVED_FROM]->() RETURN count(*) AS n", id=atom, tenant=TENANT)
            if found.single()["n"]:
                waits.append(time.monotonic() - when)
            elif time.monotonic() - when > 60:
                raise SystemExit(f"atom {atom} is not in the graph after a minute; {daemon.status}")
            if time.monotonic() - asked > 0.25:
                asked = time.monotonic()
                reported = max(reported, metric(daemon, "neo4j_sync_lag_seconds"))
            time.sleep(0.005)
    return sorted(waits), reported
