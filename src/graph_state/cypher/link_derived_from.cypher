// $rows: states as read_edges.sql has them. Older state than the graph has is passed over. Tells how many
// edges were linked, and how many the children have in all: where both are as many as wanted, there is nothing to take away.
UNWIND $rows AS row
MATCH (c:Atom {id: row.child, tenantId: row.tenantId}) USING INDEX SEEK c:Atom(id, tenantId)
UNWIND row.edges AS edge
WITH c, row, edge WHERE edge.type = 'DERIVED_FROM'
MATCH (p:Atom {id: edge.parent, tenantId: row.tenantId}) USING INDEX SEEK p:Atom(id, tenantId)
MERGE (c)-[d:DERIVED_FROM]->(p)
WITH c, d, edge WHERE coalesce(d.version, -1) <= edge.version
SET d.derivationType = edge.derivationType, d.operationId = edge.operationId, d.weight = toFloat(edge.weight), d.confidence = toFloat(edge.confidence),
    d.timestamp = datetime.fromEpoch(edge.timestamp / 1000000, edge.timestamp % 1000000 * 1000), d.version = edge.version
WITH c, count(*) AS linked
RETURN coalesce(sum(linked), 0) AS linked, coalesce(sum(COUNT { (c)-[:DERIVED_FROM]->() } + COUNT { (c)<-[:SUPERSEDED_BY]-() }), 0) AS degree
