// $tenant, $limit. How well models do: each revision's inferences and streams of generation (those that ended), how many failed, which share went well,
// how sure it was and how it was rated (means, counted in millionths, so that every order gives the same). Those used most first.
CALL () {
    MATCH (i:Inference {tenantId: $tenant})-[:USED_VERSION]->(v:ModelVersion) USING INDEX SEEK i:Inference(tenantId)
    CALL (i) {
        MATCH (i)-[:HAS_FEEDBACK]->(f:Feedback {tenantId: $tenant})
        RETURN count(f) AS ratings, sum(toInteger(floor(f.rating * 1000000 + 0.5))) AS rated
    }
    RETURN v, 1 AS inferences, CASE i.state WHEN 'failed' THEN 1 ELSE 0 END AS failed, 0 AS streams, 0 AS failed_streams,
           i.confidence AS confidence, ratings, rated
    UNION ALL
    MATCH (g:GenerationStream {tenantId: $tenant})-[:USED_VERSION]->(v:ModelVersion) WHERE g.state <> 'running'
    RETURN v, 0 AS inferences, 0 AS failed, 1 AS streams, CASE g.state WHEN 'failed' THEN 1 ELSE 0 END AS failed_streams,
           null AS confidence, 0 AS ratings, 0 AS rated
}
WITH v.modelId AS model, v.version AS version, sum(inferences) AS inferences, sum(failed) AS failed, sum(streams) AS streams,
     sum(failed_streams) AS failed_streams, count(confidence) AS sure, sum(toInteger(floor(confidence * 1000000 + 0.5))) AS confidence, sum(ratings) AS ratings, sum(rated) AS rated
ORDER BY inferences + streams DESC, model, version LIMIT $limit
RETURN model, version, inferences, failed, streams, failed_streams,
       toFloat(inferences + streams - failed - failed_streams) / (inferences + streams) AS success,
       CASE WHEN sure > 0 THEN toFloat(confidence) / 1000000 / sure END AS mean_confidence, ratings,
       CASE WHEN ratings > 0 THEN toFloat(rated) / 1000000 / ratings END AS mean_rating
ORDER BY inferences + streams DESC, model, version
