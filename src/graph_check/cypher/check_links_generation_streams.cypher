// $tenant, $after, $to (null: no end). Relationships that there may be one of, where the graph has another number: id, what, number.
MATCH (g:GenerationStream) WHERE g.tenantId = $tenant AND g.streamId > $after AND g.streamId <= coalesce($to, 9223372036854775807)
UNWIND [
    ['USED_MODEL', COUNT { (g)-[:USED_MODEL]->() }, false],
    ['USED_VERSION', COUNT { (g)-[:USED_VERSION]->() }, false]
] AS item
WITH g.streamId AS id, item WHERE item[1] > 1 OR (item[2] AND item[1] = 0)
RETURN id, item[0] AS what, item[1] AS number
ORDER BY id
