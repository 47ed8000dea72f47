// 6.6 Everything that ever at to an atom, in the order of time: made, delivered, atomized, classified, looked at, used by
// inferences and operations, generated, derived, superseded. What id is of, the event tells.
// $tenant; $atom; $since: from then on, in microseconds since 1970, null for all; $limit.
MATCH (a:Atom {id: $atom, tenantId: $tenant}) USING INDEX SEEK a:Atom(id, tenantId)
CALL {
    WITH a
    RETURN a.createdAt AS time, 'made' AS event, a.id AS id, null AS user, null AS user_name, a.atomType AS what, null AS state,
           null AS detail
    UNION
    WITH a
    MATCH (a)-[:INGESTED_FROM]->(s {tenantId: $tenant})
    RETURN s.createdAt AS time, 'delivered' AS event, s.sourceId AS id, null AS user, s.deliveredBy AS user_name,
           s.contentType AS what, s.state AS state, coalesce(s.uri, s.fileName) AS detail
    UNION
    WITH a
    MATCH (a)<-[:GENERATED]-(o {tenantId: $tenant}) WHERE 'IngestionJob' IN labels(o)
    RETURN o.createdAt AS time, 'atomized' AS event, a.id AS id, null AS user, null AS user_name, o.name AS what,
           o.state AS state, o.problem AS detail
    UNION
    WITH a
    MATCH (a)-[r:CLASSIFIED_AS]->(c:DataClassification)
    RETURN r.createdAt AS time, 'classified' AS event, a.id AS id, null AS user, null AS user_name, c.level AS what,
           null AS state, r.reason AS detail
    UNION
    WITH a
    MATCH (a)<-[:ACCESSED]-(e {tenantId: $tenant})<-[:PERFORMED]-(u {tenantId: $tenant})
    RETURN e.createdAt AS time, 'access' AS event, e.accessId AS id, u.userId AS user, u.name AS user_name, e.action AS what,
           CASE WHEN e.allowed THEN 'allowed' ELSE 'refused' END AS state, e.reason AS detail
    UNION
    WITH a
    MATCH (a)<-[r:HAD_INPUT|USED_ATOM|GENERATED]-(i {tenantId: $tenant}) WHERE 'Inference' IN labels(i)
    OPTIONAL MATCH (i)-[:REQUESTED_BY]->(u {tenantId: $tenant})
    OPTIONAL MATCH (i)-[:IN_CONTEXT]->(c:Context)
    RETURN i.timestamp AS time,
           CASE type(r) WHEN 'HAD_INPUT' THEN 'inference-input' WHEN 'USED_ATOM' THEN 'inference-used' ELSE 'inference-output' END AS event,
           i.inferenceId AS id, u.userId AS user, u.name AS user_name, i.taskType AS what, i.state AS state, c.domain AS detail
    UNION
    WITH a
    MATCH (a)<-[r:HAD_INPUT|GENERATED]-(o {tenantId: $tenant})
    WHERE 'Operation' IN labels(o) AND NOT 'IngestionJob' IN labels(o)
    OPTIONAL MATCH (o)-[:REQUESTED_BY]->(u {tenantId: $tenant})
    RETURN o.createdAt AS time, CASE type(r) WHEN 'HAD_INPUT' THEN 'operation-input' ELSE 'operation-output' END AS event,
           toInteger(o.operationId) AS id, u.userId AS user, u.name AS user_name, o.operationType AS what, o.state AS state,
           o.name AS detail
    UNION
    WITH a
    MATCH (a)<-[:GENERATED]-(g {tenantId: $tenant}) WHERE 'GenerationStream' IN labels(g)
    OPTIONAL MATCH (g)-[:USED_MODEL]->(m:Model)
    RETURN g.createdAt AS time, 'generated' AS event, g.streamId AS id, null AS user, null AS user_name, m.name AS what,
           g.state AS state, g.name AS detail
    UNION
    WITH a
    MATCH (a)-[r:DERIVED_FROM]->(other {tenantId: $tenant})
    RETURN r.timestamp AS time, 'derived-from' AS event, other.id AS id, null AS user, null AS user_name, r.derivationType AS what,
           null AS state, other.preview AS detail
    UNION
    WITH a
    MATCH (a)<-[r:DERIVED_FROM]-(other {tenantId: $tenant})
    RETURN r.timestamp AS time, 'derived-into' AS event, other.id AS id, null AS user, null AS user_name, r.derivationType AS what,
           null AS state, other.preview AS detail
    UNION
    WITH a
    MATCH (a)-[r:SUPERSEDED_BY]->(other {tenantId: $tenant})
    RETURN r.timestamp AS time, 'superseded-by' AS event, other.id AS id, null AS user, null AS user_name, r.derivationType AS what,
           null AS state, other.preview AS detail
    UNION
    WITH a
    MATCH (a)<-[r:SUPERSEDED_BY]-(other {tenantId: $tenant})
    RETURN r.timestamp AS time, 'supersedes' AS event, other.id AS id, null AS user, null AS user_name, r.derivationType AS what,
           null AS state, other.preview AS detail
}
WITH time.epochSeconds * 1000000 + time.microsecond AS at, event, id, user, user_name, what, state, detail
WHERE $since IS NULL OR at >= $since
RETURN at, event, id, user, user_name, what, state, detail
ORDER BY at, event, id LIMIT $limit
