// 4.8 What an inference could have answered, the best first.
// $tenant; $inference; $limit.
MATCH (i:Inference {inferenceId: $inference, tenantId: $tenant})-[:CONSIDERED]->(d {tenantId: $tenant})
USING INDEX SEEK i:Inference(inferenceId)
RETURN d.rank AS rank, d.description AS description, d.confidence AS confidence, d.chosen AS chosen, d.reason AS reason
ORDER BY rank LIMIT $limit
