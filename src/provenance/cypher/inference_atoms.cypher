// 4.3 The atoms of an inference: what it was given, what it rested on, what it made.
// $tenant; $inference; $limit.
MATCH (i:Inference {inferenceId: $inference, tenantId: $tenant})-[r:HAD_INPUT|USED_ATOM|GENERATED]->(a {tenantId: $tenant})
USING INDEX SEEK i:Inference(inferenceId)
WITH i, r, a, CASE type(r) WHEN 'HAD_INPUT' THEN 0 WHEN 'USED_ATOM' THEN 1 ELSE 2 END AS place
ORDER BY place, r.ordinal LIMIT $limit
RETURN 'inference ' + toString(i.inferenceId) AS inference, type(r) AS how, a.id AS atom, r.ordinal AS ordinal,
       r.influence AS influence, a.atomType AS type, a.preview AS text
ORDER BY place, ordinal
