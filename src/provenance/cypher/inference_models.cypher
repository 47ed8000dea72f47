// 4.1 Which models one inference used, or all of a tenant: how often, how often in vain, and when.
// $tenant; $inference: its id, null for all; $limit.
CALL {
    UNWIND CASE WHEN $inference IS NULL THEN [] ELSE [$inference] END AS wanted
    MATCH (i:Inference {inferenceId: wanted, tenantId: $tenant}) USING INDEX SEEK i:Inference(inferenceId)
    RETURN i
    UNION ALL
    UNWIND CASE WHEN $inference IS NULL THEN [true] ELSE [] END AS every
    MATCH (i:Inference {tenantId: $tenant}) USING INDEX SEEK i:Inference(tenantId)
    RETURN i
}
MATCH (i)-[:USED_VERSION]->(v:ModelVersion)
WITH v.modelId AS model, v.version AS version, v.engine AS engine, count(*) AS inferences,
     sum(CASE WHEN i.state = 'failed' THEN 1 ELSE 0 END) AS failed, min(i.timestamp) AS first, max(i.timestamp) AS last
ORDER BY inferences DESC, model, version LIMIT $limit
RETURN model, version, engine, inferences, failed, first.epochSeconds * 1000000 + first.microsecond AS first_used,
       last.epochSeconds * 1000000 + last.microsecond AS last_used
ORDER BY inferences DESC, model, version
