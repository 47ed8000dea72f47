// $tenant, $after, $to (null: no end), $limit. id and state as read_operations.sql has it; ascending, after < id <= to.
MATCH (o:Operation) WHERE o.tenantId = $tenant AND toIntegerOrNull(o.operationId) > $after AND toIntegerOrNull(o.operationId) <= coalesce($to, 9223372036854775807) AND NOT o:IngestionJob
WITH o ORDER BY toIntegerOrNull(o.operationId) LIMIT $limit
RETURN toIntegerOrNull(o.operationId) AS id, o {.*, 
    createdAt: CASE WHEN o.createdAt IS :: ZONED DATETIME THEN o.createdAt.epochSeconds * 1000000 + o.createdAt.microsecond ELSE o.createdAt END, 
    endedAt: CASE WHEN o.endedAt IS :: ZONED DATETIME THEN o.endedAt.epochSeconds * 1000000 + o.endedAt.microsecond ELSE o.endedAt END, 
    requestedBy: head([(o)-[:REQUESTED_BY]->(u:User) | u.userId]), 
    inputs: COLLECT { MATCH (o)-[:HAD_INPUT]->(a:Atom) RETURN a.id ORDER BY a.id }, 
    outputs: COLLECT { MATCH (o)-[:GENERATED]->(a:Atom) RETURN a.id ORDER BY a.id }} AS state
ORDER BY id
