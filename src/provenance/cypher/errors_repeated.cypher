// 5.5 Errors that came more than once with the same type and the same text, the most frequent first. Errors are those of 5.1.
// $tenant; $since: from then on, microseconds, null for ever; $times: that often at least; $limit.
CALL {
    MATCH (o:Operation {tenantId: $tenant}) USING INDEX SEEK o:Operation(tenantId)
    WHERE o.state = 'failed' OR o.problem IS NOT NULL
    RETURN CASE WHEN o:IngestionJob THEN 'ingestion' ELSE 'operation' END AS kind, o.operationId AS id, o.operationType AS operation,
           CASE WHEN o.problem IS NULL THEN o.errorType ELSE 'problem' END AS error, coalesce(o.problem, o.errorText) AS text,
           coalesce(o.endedAt, o.createdAt) AS time
    UNION ALL
    MATCH (i:Inference {tenantId: $tenant}) USING INDEX SEEK i:Inference(tenantId)
    WHERE i.state = 'failed'
    RETURN 'inference' AS kind, toString(i.inferenceId) AS id, i.taskType AS operation, i.errorType AS error, i.errorText AS text,
           i.timestamp AS time
    UNION ALL
    MATCH (g:GenerationStream {tenantId: $tenant, state: 'failed'}) USING SCAN g:GenerationStream
    RETURN 'generation' AS kind, toString(g.streamId) AS id, 'generation' AS operation, null AS error, g.errorText AS text,
           g.endedAt AS time
    UNION ALL
    MATCH (t:Tenant {tenantId: $tenant})<-[:BELONGS_TO_TENANT]-(s {tenantId: $tenant}) USING INDEX SEEK t:Tenant(tenantId)
    WHERE 'Source' IN labels(s) AND s.problem IS NOT NULL
    RETURN 'source' AS kind, toString(s.sourceId) AS id, 'delivery' AS operation, 'problem' AS error, s.problem AS text,
           coalesce(s.completedAt, s.createdAt) AS time
}
WITH operation, error, text, time.epochSeconds * 1000000 + time.microsecond AS at
WHERE $since IS NULL OR at >= $since
WITH error, text, count(*) AS times, count(DISTINCT operation) AS operations, min(at) AS first, max(at) AS last
WHERE times >= $times
RETURN error, text, times, operations, first, last
ORDER BY times DESC, last DESC, error, text LIMIT $limit
