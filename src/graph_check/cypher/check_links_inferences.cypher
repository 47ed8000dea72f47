// $tenant, $after, $to (null: no end). Relationships that there may be one of, where the graph has another number: id, what, number.
MATCH (i:Inference) WHERE i.tenantId = $tenant AND i.inferenceId > $after AND i.inferenceId <= coalesce($to, 9223372036854775807)
UNWIND [
    ['USED_MODEL', COUNT { (i)-[:USED_MODEL]->() }, false],
    ['USED_VERSION', COUNT { (i)-[:USED_VERSION]->() }, false],
    ['REQUESTED_BY', COUNT { (i)-[:REQUESTED_BY]->() }, false],
    ['IN_CONTEXT', COUNT { (i)-[:IN_CONTEXT]->() }, false],
    ['GIVEN_BY', size([(i)-[:HAS_FEEDBACK]->(f) WHERE COUNT { (f)-[:GIVEN_BY]->() } > 1 | f]) * 2, false]
] AS item
WITH i.inferenceId AS id, item WHERE item[1] > 1 OR (item[2] AND item[1] = 0)
RETURN id, item[0] AS what, item[1] AS number
ORDER BY id
