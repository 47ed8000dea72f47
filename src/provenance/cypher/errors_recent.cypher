// 5.1 Errors, the latest first: failed operations, inferences and generation streams, and problems of ingestion jobs and sources.
// $tenant; $since: from then on, microseconds, null for ever; $limit.
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
WITH kind, id, operation, error, text, time.epochSeconds * 1000000 + time.microsecond AS at
WHERE $since IS NULL OR at >= $since
RETURN at, kind, id, operation, error, text
ORDER BY at DESC, kind, id LIMIT $limit
