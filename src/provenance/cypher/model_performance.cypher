// 4.5 How each model and version does: inferences, failures, confidence, time. Inferences of unknown models are a row too.
// Means are over inferences that say; the 95th percentile is a value that occurred.
// $tenant; $since: of inferences from then on, in microseconds since 1970, null for all; $limit.
MATCH (i:Inference {tenantId: $tenant}) USING INDEX SEEK i:Inference(tenantId)
WHERE $since IS NULL OR i.timestamp.epochSeconds * 1000000 + i.timestamp.microsecond >= $since
OPTIONAL MATCH (i)-[:USED_VERSION]->(v:ModelVersion)
WITH v.modelId AS model, v.version AS version, count(*) AS inferences,
     sum(CASE WHEN i.state = 'failed' THEN 1 ELSE 0 END) AS failed, avg(i.confidence) AS confidence,
     sum(i.durationUs) AS duration, count(i.durationUs) AS timed, percentileDisc(i.durationUs, 0.95) AS p95,
     max(i.timestamp) AS last
ORDER BY inferences DESC, model, version LIMIT $limit
RETURN model, version, inferences, failed, round(confidence, 6) AS mean_confidence,
       CASE WHEN timed > 0 THEN duration / timed END AS mean_us, p95 AS p95_us,
       last.epochSeconds * 1000000 + last.microsecond AS last_used
ORDER BY inferences DESC, model, version
