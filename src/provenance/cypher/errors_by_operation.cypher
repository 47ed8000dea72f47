// 5.4 Which types of operations fail, those with most errors first: how many there were of it, how many failed or have a problem,
// their share, different types of errors, the last time. Errors are those of 5.1. $tenant; $since: ended from then on,
// microseconds, null for ever; $limit.
CALL {
    MATCH (o:Operation {tenantId: $tenant}) USING INDEX SEEK o:Operation(tenantId)
    RETURN CASE WHEN o:IngestionJob THEN 'ingestion' ELSE 'operation' END AS kind, o.operationType AS operation,
           o.state = 'failed' OR o.problem IS NOT NULL AS wrong,
           CASE WHEN o.problem IS NULL THEN o.errorType ELSE 'problem' END AS error, coalesce(o.endedAt, o.createdAt) AS time
    UNION ALL
    MATCH (i:Inference {tenantId: $tenant}) USING INDEX SEEK i:Inference(tenantId)
    RETURN 'inference' AS kind, i.taskType AS operation, i.state = 'failed' AS wrong, i.errorType AS error, i.timestamp AS time
    UNION ALL
    MATCH (g:GenerationStream {tenantId: $tenant}) USING SCAN g:GenerationStream
    RETURN 'generation' AS kind, 'generation' AS operation, g.state = 'failed' AS wrong, null AS error,
           coalesce(g.endedAt, g.createdAt) AS time
    UNION ALL
    MATCH (t:Tenant {tenantId: $tenant})<-[:BELONGS_TO_TENANT]-(s {tenantId: $tenant}) USING INDEX SEEK t:Tenant(tenantId)
    WHERE 'Source' IN labels(s)
    RETURN 'source' AS kind, 'delivery' AS operation, s.problem IS NOT NULL AS wrong,
           CASE WHEN s.problem IS NOT NULL THEN 'problem' END AS error, coalesce(s.completedAt, s.createdAt) AS time
}
WITH kind, operation, wrong, error, time.epochSeconds * 1000000 + time.microsecond AS at
WHERE $since IS NULL OR at >= $since
WITH kind, operation, count(*) AS runs, sum(CASE WHEN wrong THEN 1 ELSE 0 END) AS errors, count(DISTINCT error) AS types,
     max(CASE WHEN wrong THEN at END) AS last
WHERE errors > 0
RETURN kind, operation, runs, errors, toFloat(errors) / runs AS share, types, last
ORDER BY errors DESC, kind, operation LIMIT $limit
