// $rows as in write_sources.cypher.
UNWIND $rows AS row
MATCH (s:Source {sourceId: row.sourceId, tenantId: row.tenantId}) USING INDEX s:Source(sourceId, tenantId) WHERE s.version = row.version
MATCH (a:Atom {id: row.rootAtomId, tenantId: row.tenantId}) USING INDEX a:Atom(id, tenantId)
MERGE (a)-[:INGESTED_FROM]->(s)
