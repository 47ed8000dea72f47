// 4.10 What people said of one inference, or of all of a tenant, the newest first.
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
MATCH (i)-[:HAS_FEEDBACK]->(f {tenantId: $tenant})
WITH i, f ORDER BY f.createdAt DESC, f.feedbackId DESC LIMIT $limit
OPTIONAL MATCH (f)-[:GIVEN_BY]->(u {tenantId: $tenant})
OPTIONAL MATCH (i)-[:USED_VERSION]->(v:ModelVersion)
RETURN f.createdAt.epochSeconds * 1000000 + f.createdAt.microsecond AS at, f.feedbackId AS feedback, i.inferenceId AS inference,
       i.taskType AS task, v.modelId AS model, v.version AS version, f.rating AS rating, u.userId AS user,
       u.name AS user_name, f.comment AS comment
ORDER BY at DESC, feedback DESC
