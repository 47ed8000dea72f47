// 4.4 Which inferences rested on an atom, and how much they owe to it.
// $tenant; $atom; $limit.
MATCH (a:Atom {id: $atom, tenantId: $tenant})<-[used:USED_ATOM]-(i {tenantId: $tenant})
USING INDEX SEEK a:Atom(id, tenantId)
WITH used, i ORDER BY coalesce(used.influence, -1.0) DESC, i.inferenceId, used.ordinal LIMIT $limit
OPTIONAL MATCH (i)-[:USED_VERSION]->(v:ModelVersion)
RETURN i.inferenceId AS inference, i.taskType AS task, v.modelId AS model, v.version AS version, used.ordinal AS ordinal,
       used.influence AS influence, i.confidence AS confidence, i.state AS state,
       i.timestamp.epochSeconds * 1000000 + i.timestamp.microsecond AS at
ORDER BY coalesce(influence, -1.0) DESC, inference, ordinal
