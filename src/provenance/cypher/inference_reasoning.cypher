// 4.7 How answers came about: the reasoning modes of one inference, or of all of a tenant. An inference of several modes counts
// in each.
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
MATCH (i)-[:USED_REASONING]->(m:ReasoningMode)
WITH m.type AS mode, count(*) AS inferences, sum(CASE WHEN i.state = 'failed' THEN 1 ELSE 0 END) AS failed,
     avg(i.confidence) AS confidence, sum(i.durationUs) AS duration, count(i.durationUs) AS timed
RETURN mode, inferences, failed, round(confidence, 6) AS mean_confidence,
       CASE WHEN timed > 0 THEN duration / timed END AS mean_us
ORDER BY inferences DESC, mode LIMIT $limit
