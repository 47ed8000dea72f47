// $rows as in write_sources.cypher.
UNWIND $rows AS row
MATCH (s:Source {sourceId: row.sourceId, tenantId: row.tenantId}) USING INDEX s:Source(sourceId, tenantId)
MATCH (t:Tenant {tenantId: row.tenantId}) USING INDEX t:Tenant(tenantId)
MERGE (s)-[:BELONGS_TO_TENANT]->(t)
