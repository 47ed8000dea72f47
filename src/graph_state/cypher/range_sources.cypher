// $tenant, $after, $to (null: no end), $limit. id and state as read_sources.sql has it; ascending, after < id <= to.
MATCH (s:Source) WHERE s.tenantId = $tenant AND s.sourceId > $after AND s.sourceId <= coalesce($to, 9223372036854775807)
WITH s ORDER BY s.sourceId LIMIT $limit
RETURN s.sourceId AS id, s {.*, 
    createdAt: CASE WHEN s.createdAt IS :: ZONED DATETIME THEN s.createdAt.epochSeconds * 1000000 + s.createdAt.microsecond ELSE s.createdAt END, 
    completedAt: CASE WHEN s.completedAt IS :: ZONED DATETIME THEN s.completedAt.epochSeconds * 1000000 + s.completedAt.microsecond ELSE s.completedAt END, 
    rootAtomId: head([(a:Atom)-[:INGESTED_FROM]->(s) | a.id]), 
    parentSourceId: head([(s)-[:LAY_IN]->(p:Source) | p.sourceId])} AS state
ORDER BY id
