// $rows: [{tenantId, child, edges: [{parent, derivationType, operationId, weight, confidence, timestamp, version}]}].
// Older state than the graph has is passed over.
UNWIND $rows AS row
MATCH (c:Atom {id: row.child, tenantId: row.tenantId}) USING INDEX c:Atom(id, tenantId)
UNWIND row.edges AS edge
MATCH (p:Atom {id: edge.parent, tenantId: row.tenantId}) USING INDEX p:Atom(id, tenantId)
MERGE (c)-[d:DERIVED_FROM]->(p)
WITH d, edge WHERE coalesce(d.version, -1) <= edge.version
SET d.derivationType = edge.derivationType, d.operationId = edge.operationId, d.weight = edge.weight,
    d.confidence = edge.confidence, d.timestamp = datetime(edge.timestamp), d.version = edge.version
