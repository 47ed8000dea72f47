// 4.6 Inferences whose model was less sure than it should be, the least sure first.
// $tenant; $threshold: below it, 0 to 1; $limit.
MATCH (i:Inference {tenantId: $tenant}) USING INDEX SEEK i:Inference(tenantId)
WHERE i.confidence < $threshold
WITH i ORDER BY i.confidence, i.inferenceId LIMIT $limit
OPTIONAL MATCH (i)-[:USED_VERSION]->(v:ModelVersion)
OPTIONAL MATCH (i)-[:REQUESTED_BY]->(u {tenantId: $tenant})
RETURN i.inferenceId AS inference, i.taskType AS task, i.confidence AS confidence, v.modelId AS model, v.version AS version,
       u.name AS user_name, i.state AS state, i.timestamp.epochSeconds * 1000000 + i.timestamp.microsecond AS at
ORDER BY confidence, inference
