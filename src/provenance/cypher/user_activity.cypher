// 6.2 What a user did, in the order of time: looked at atoms, asked for operations and inferences, rated inferences.
// $tenant; $user; $since: from then on, in microseconds since 1970, null for all; $limit.
MATCH (u:User {userId: $user, tenantId: $tenant}) USING INDEX SEEK u:User(userId, tenantId)
CALL {
    WITH u
    MATCH (u)-[:PERFORMED]->(e {tenantId: $tenant})-[:ACCESSED]->(a {tenantId: $tenant})
    RETURN e.createdAt AS time, 'access' AS kind, e.accessId AS id, e.action AS what,
           CASE WHEN e.allowed THEN 'allowed' ELSE 'refused' END AS state, a.id AS atom, null AS inference, null AS rating,
           e.reason AS detail
    UNION ALL
    WITH u
    MATCH (u)<-[:REQUESTED_BY]-(o {tenantId: $tenant}) WHERE 'Operation' IN labels(o)
    RETURN o.createdAt AS time, 'operation' AS kind, toInteger(o.operationId) AS id, o.operationType AS what, o.state AS state,
           null AS atom, null AS inference, null AS rating, o.name AS detail
    UNION ALL
    WITH u
    MATCH (u)<-[:REQUESTED_BY]-(i {tenantId: $tenant}) WHERE 'Inference' IN labels(i)
    RETURN i.timestamp AS time, 'inference' AS kind, i.inferenceId AS id, i.taskType AS what, i.state AS state, null AS atom,
           i.inferenceId AS inference, null AS rating, i.errorText AS detail
    UNION ALL
    WITH u
    MATCH (u)<-[:GIVEN_BY]-(f {tenantId: $tenant})<-[:HAS_FEEDBACK]-(i {tenantId: $tenant})
    RETURN f.createdAt AS time, 'feedback' AS kind, f.feedbackId AS id, i.taskType AS what, null AS state, null AS atom,
           i.inferenceId AS inference, f.rating AS rating, f.comment AS detail
}
WITH time.epochSeconds * 1000000 + time.microsecond AS at, kind, id, what, state, atom, inference, rating, detail
WHERE $since IS NULL OR at >= $since
RETURN at, kind, id, what, state, atom, inference, rating, detail
ORDER BY at, kind, id LIMIT $limit
