// 3.2 Operations that failed, those that ended last first. $tenant; $type: of this type only, null for all; $since: ended
// from then on, microseconds, null for ever; $limit.
MATCH (o:Operation {tenantId: $tenant})
USING INDEX SEEK o:Operation(tenantId)
WHERE o.state = 'failed' AND ($type IS NULL OR o.operationType = $type)
WITH o, o.endedAt.epochSeconds * 1000000 + o.endedAt.microsecond AS ended
WHERE $since IS NULL OR ended >= $since
WITH o, ended ORDER BY ended DESC, o.operationId LIMIT $limit
OPTIONAL MATCH (o)-[:REQUESTED_BY]->(u {tenantId: $tenant})
RETURN o.operationId AS operation, o.operationType AS type, o.name AS name, o.errorType AS error, o.errorText AS text, u.name AS user,
       o.createdAt.epochSeconds * 1000000 + o.createdAt.microsecond AS began, ended, o.durationUs AS duration_us
ORDER BY ended DESC, operation
