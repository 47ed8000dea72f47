// $rows: states as read_sources.sql has them.
UNWIND $rows AS row
MATCH (s:Source {sourceId: row.sourceId, tenantId: row.tenantId}) USING INDEX SEEK s:Source(sourceId, tenantId) WHERE s.version = row.version
CALL {
    WITH s, row
    MATCH (t:Tenant {tenantId: row.tenantId}) USING INDEX SEEK t:Tenant(tenantId)
    MERGE (s)-[:BELONGS_TO_TENANT]->(t)
}
CALL {
    WITH s, row
    MATCH (a)-[old:INGESTED_FROM]->(s) WHERE a.id <> coalesce(row.rootAtomId, -1)
    DELETE old
}
CALL {
    WITH s, row
    MATCH (a:Atom {id: row.rootAtomId, tenantId: row.tenantId}) USING INDEX SEEK a:Atom(id, tenantId)
    MERGE (a)-[:INGESTED_FROM]->(s)
}
CALL {
    WITH s, row
    MATCH (p:Source {sourceId: row.parentSourceId, tenantId: row.tenantId}) USING INDEX SEEK p:Source(sourceId, tenantId)
    MERGE (s)-[:LAY_IN]->(p)
}
