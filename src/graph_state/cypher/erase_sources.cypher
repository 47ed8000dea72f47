// $rows: [id]. The second condition lets the unique index be used.
UNWIND $rows AS id
MATCH (s:Source) USING INDEX SEEK s:Source(sourceId, tenantId) WHERE s.sourceId = id AND s.tenantId IS NOT NULL
DETACH DELETE s
