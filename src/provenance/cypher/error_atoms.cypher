// 5.3 Atoms that went into or came out of what failed or has a problem, the latest errors first: of operations, ingestion jobs,
// inferences and generation streams, and the documents of sources. $tenant; $since: from then on, microseconds, null for ever;
// $limit.
CALL {
    MATCH (o:Operation {tenantId: $tenant})-[r:HAD_INPUT|GENERATED]->(a {tenantId: $tenant}) USING INDEX SEEK o:Operation(tenantId)
    WHERE o.state = 'failed' OR o.problem IS NOT NULL
    RETURN 'operation ' + o.operationId AS cause, CASE type(r) WHEN 'HAD_INPUT' THEN 'input' ELSE 'output' END AS how, a,
           CASE WHEN o.problem IS NULL THEN o.errorType ELSE 'problem' END AS error, coalesce(o.problem, o.errorText) AS text,
           coalesce(o.endedAt, o.createdAt) AS time
    UNION
    MATCH (i:Inference {tenantId: $tenant})-[r:HAD_INPUT|USED_ATOM|GENERATED]->(a {tenantId: $tenant})
    USING INDEX SEEK i:Inference(tenantId)
    WHERE i.state = 'failed'
    RETURN 'inference ' + toString(i.inferenceId) AS cause,
           CASE type(r) WHEN 'HAD_INPUT' THEN 'input' WHEN 'USED_ATOM' THEN 'used' ELSE 'output' END AS how, a, i.errorType AS error,
           i.errorText AS text, i.timestamp AS time
    UNION
    MATCH (g:GenerationStream {tenantId: $tenant, state: 'failed'})-[:GENERATED]->(a {tenantId: $tenant})
    USING SCAN g:GenerationStream
    RETURN 'generation ' + toString(g.streamId) AS cause, 'output' AS how, a, null AS error, g.errorText AS text, g.endedAt AS time
    UNION
    MATCH (t:Tenant {tenantId: $tenant})<-[:BELONGS_TO_TENANT]-(s {tenantId: $tenant})<-[:INGESTED_FROM]-(a {tenantId: $tenant})
    USING INDEX SEEK t:Tenant(tenantId)
    WHERE 'Source' IN labels(s) AND s.problem IS NOT NULL
    RETURN 'source ' + toString(s.sourceId) AS cause, 'document' AS how, a, 'problem' AS error, s.problem AS text,
           coalesce(s.completedAt, s.createdAt) AS time
}
WITH cause, how, a, error, text, time.epochSeconds * 1000000 + time.microsecond AS at
WHERE $since IS NULL OR at >= $since
RETURN cause, how, a.id AS atom, a.atomType AS type, a.preview AS preview, error, text, at
ORDER BY at DESC, cause, how, atom LIMIT $limit
