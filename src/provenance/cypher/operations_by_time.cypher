// 3.4 Operations that began in a stretch of time, in the order of their beginning. $tenant; $since, $until: microseconds, from
// the one on and before the other, null for no end; $limit.
MATCH (o:Operation {tenantId: $tenant})
USING INDEX SEEK o:Operation(tenantId)
WITH o, o.createdAt.epochSeconds * 1000000 + o.createdAt.microsecond AS began
WHERE ($since IS NULL OR began >= $since) AND ($until IS NULL OR began < $until)
WITH o, began ORDER BY began, o.operationId LIMIT $limit
OPTIONAL MATCH (o)-[:REQUESTED_BY]->(u {tenantId: $tenant})
RETURN o.operationId AS operation, o.operationType AS type, o.name AS name, o.state AS state, u.name AS user, began,
       o.endedAt.epochSeconds * 1000000 + o.endedAt.microsecond AS ended, o.durationUs AS duration_us
ORDER BY began, operation
