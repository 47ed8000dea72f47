// $tenant, $after, $to (null: no end), $limit. id and state as read_ingestion_jobs.sql has it; ascending, after < id <= to.
MATCH (o:IngestionJob) WHERE o.tenantId = $tenant
WITH o, toIntegerOrNull(substring(toStringOrNull(o.operationId), 10)) AS id
WHERE id > $after AND id <= coalesce($to, 9223372036854775807)
WITH o, id ORDER BY id LIMIT $limit
RETURN id, o {.*,
    createdAt: CASE WHEN o.createdAt IS :: ZONED DATETIME THEN o.createdAt.epochSeconds * 1000000 + o.createdAt.microsecond ELSE o.createdAt END, 
    endedAt: CASE WHEN o.endedAt IS :: ZONED DATETIME THEN o.endedAt.epochSeconds * 1000000 + o.endedAt.microsecond ELSE o.endedAt END, 
    rootAtomId: head([(o)-[:GENERATED]->(a:Atom) | a.id])} AS state
ORDER BY id
