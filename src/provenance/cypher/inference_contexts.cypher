// 4.9 What inferences were part of: context and task of one, or of all of a tenant. Those without a context are left out.
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
MATCH (i)-[:IN_CONTEXT]->(c:Context)
WITH c.domain AS context, i.taskType AS task, count(*) AS inferences,
     sum(CASE WHEN i.state = 'failed' THEN 1 ELSE 0 END) AS failed, avg(i.confidence) AS confidence,
     min(i.timestamp) AS first, max(i.timestamp) AS last
ORDER BY inferences DESC, context, task LIMIT $limit
RETURN context, task, inferences, failed, round(confidence, 6) AS mean_confidence,
       first.epochSeconds * 1000000 + first.microsecond AS first_used,
       last.epochSeconds * 1000000 + last.microsecond AS last_used
ORDER BY inferences DESC, context, task
