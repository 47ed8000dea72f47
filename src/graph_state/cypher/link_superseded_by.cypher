// $rows: states as read_edges.sql has them. Older state than the graph has is passed over.
UNWIND $rows AS row
MATCH (c:Atom {id: row.child, tenantId: row.tenantId}) USING INDEX SEEK c:Atom(id, tenantId)
UNWIND row.edges AS edge
WITH c, row, edge WHERE edge.type = 'SUPERSEDED_BY'
MATCH (p:Atom {id: edge.parent, tenantId: row.tenantId}) USING INDEX SEEK p:Atom(id, tenantId)
MERGE (p)-[d:SUPERSEDED_BY]->(c)
WITH d, edge WHERE coalesce(d.version, -1) <= edge.version
SET d.derivationType = edge.derivationType, d.operationId = edge.operationId, d.weight = toFloat(edge.weight), d.confidence = toFloat(edge.confidence),
    d.timestamp = datetime.fromEpoch(edge.timestamp / 1000000, edge.timestamp % 1000000 * 1000), d.version = edge.version
