"""Atoms with one edge each, sent through broker and daemon, and by the official driver from memory."""

import random

from harness import BATCH

SEED = 20261121
TENANT = 1


def load(bench, count, first=1, tenant=TENANT):
    """`count` atoms and one before them that has no parent, as ingestion makes sentences."""
    bench.execute("INSERT INTO hartonomous.tenant (tenant_id, name) VALUES (%s, 'bench') ON CONFLICT DO NOTHING", tenant)
    bench.execute(
        """INSERT INTO hartonomous.atom (tenant_id, atom_id, modality, subtype, content_type, content_hash, size, atomic_value, canonical_text, metadata)
           OVERRIDING SYSTEM VALUE
           SELECT %s, n, 'text', 'sentence', 'text/plain', sha256(body::bytea), length(body), sha256(body::bytea) || left(body, 32)::bytea, body,
                  jsonb_build_object('overflow', true, 'original_size', length(body))
           FROM (SELECT n, 'Sentence ' || n || ' says that what was made of something else names what it was made of, and ' || md5(n::text)
                           || ' is not a word.' AS body
                 FROM generate_series(%s::bigint, %s::bigint) AS n) AS texts""", tenant, first, first + count)
    bench.execute("ANALYZE hartonomous.atom")


def link(bench, count, later=False):
    """One edge for each atom but one: to a random earlier one, or to a random later one."""
    chance = random.Random(SEED)
    if later:
        edges = [(child, chance.randint(child + 1, count + 1)) for child in range(1, count + 1)]
    else:
        edges = [(child, chance.randint(1, child - 1)) for child in range(2, count + 2)]
    bench.execute("TRUNCATE hartonomous.provenance_edge")
    with bench.connection.cursor().copy("COPY hartonomous.provenance_edge (tenant_id, child_atom_id, parent_atom_id, derivation) FROM STDIN") as copy:
        for child, parent in edges:
            copy.write_row((TENANT, child, parent, "summary"))
    bench.execute("ANALYZE hartonomous.provenance_edge")
    return edges


def request_each(bench, edges):
    """A message for each atom."""
    _request(bench, edges, """SELECT broker.send_many('ClientService', 'Neo4jSyncService', 'Neo4jSyncContract', 'Neo4jSyncRequest', ARRAY(
        SELECT jsonb_build_object('EntityType', 'AtomProvenance', 'EntityId', n, 'SyncType', 'CREATE') FROM generate_series(%s::bigint, %s::bigint) AS n))""")


def request_portions(bench, edges):
    """A message for 5,000 atoms."""
    _request(bench, edges, """SELECT broker.send_one('ClientService', 'Neo4jSyncService', 'Neo4jSyncContract', 'Neo4jSyncRequest', jsonb_build_object(
        'EntityType', 'AtomProvenance', 'TenantId', 1, 'EntityIds', to_jsonb(ARRAY(SELECT generate_series(%s::bigint, %s::bigint)))))""")


def _request(bench, edges, statement):
    first, last = edges[0][0], edges[-1][0]
    for begin in range(first, last + 1, BATCH):
        bench.execute(statement, begin, min(begin + BATCH - 1, last))


def check(bench, edges):
    """Is the graph what it should be: every atom, every edge, nothing twice?"""
    atoms = bench.driver.execute_query("MATCH (a:Atom) RETURN count(a), sum(a.id), count(a.preview)").records[0].values()
    numbers = {number for edge in edges for number in edge}
    if list(atoms) != [len(numbers), sum(numbers), len(numbers)]:
        raise SystemExit(f"the graph has other atoms: {atoms}, not {len(numbers)} that add up to {sum(numbers)}")
    links = bench.driver.execute_query("""MATCH (c:Atom)-[d:DERIVED_FROM]->(p:Atom)
        RETURN count(d), sum(c.id * p.id), count(d.confidence)""").records[0].values()
    if list(links) != [len(edges), sum(child * parent for child, parent in edges), len(edges)]:
        raise SystemExit(f"the graph has other edges: {links}, not {len(edges)}")


def peer_rows(bench):
    """What the daemon wrote, property by property, as rows for the driver: both write the same."""
    nodes = [record[0] for record in bench.driver.execute_query("MATCH (a:Atom) RETURN properties(a) ORDER BY a.id").records]
    links = [{"child": child, "parent": parent, "tenantId": tenant, **properties} for child, parent, tenant, properties in
             bench.driver.execute_query("""MATCH (c:Atom)-[d:DERIVED_FROM]->(p:Atom) RETURN c.id, p.id, c.tenantId, properties(d)
                                           ORDER BY c.id, p.id""").records]
    for row in nodes + links:
        for key, value in row.items():
            row[key] = value.to_native() if hasattr(value, "to_native") else value
    return nodes, links


def _assignments(variable, rows, keys):
    return ", ".join(f"{variable}.{name} = row.{name}" for name in sorted(set().union(*rows[:100]) - keys))


class Peer:
    """Bare UNWIND … MERGE by the official driver: rows in memory, one connection, batches of 5,000, nodes and then relationships."""

    def __init__(self, bench, nodes, links):
        self.bench = bench
        self.nodes, self.links = nodes, links
        self.merge_nodes = f"""UNWIND $rows AS row
            MERGE (a:Atom {{id: row.id, tenantId: row.tenantId}}) SET {_assignments("a", nodes, {"id", "tenantId"})}"""
        self.merge_links = f"""UNWIND $rows AS row
            MATCH (c:Atom {{id: row.child, tenantId: row.tenantId}}) USING INDEX SEEK c:Atom(id, tenantId)
            MATCH (p:Atom {{id: row.parent, tenantId: row.tenantId}}) USING INDEX SEEK p:Atom(id, tenantId)
            MERGE (c)-[d:DERIVED_FROM]->(p) SET {_assignments("d", links, {"child", "parent", "tenantId"})}"""

    def write(self):
        with self.bench.driver.session() as session:
            for statement, rows in ((self.merge_nodes, self.nodes), (self.merge_links, self.links)):
                for begin in range(0, len(rows), BATCH):
                    session.run(statement, rows=rows[begin:begin + BATCH]).consume()
