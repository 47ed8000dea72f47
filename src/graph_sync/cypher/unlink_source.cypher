// $rows as in write_sources.cypher. Takes away a link to another atom than the present one.
UNWIND $rows AS row
MATCH (a:Atom)-[link:INGESTED_FROM]->(s:Source {sourceId: row.sourceId, tenantId: row.tenantId}) USING INDEX s:Source(sourceId, tenantId)
WHERE s.version = row.version AND a.id <> coalesce(row.rootAtomId, -1)
DELETE link
