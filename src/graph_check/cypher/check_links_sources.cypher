// $tenant, $after, $to (null: no end). Relationships that there may be one of, where the graph has another number: id, what, number.
MATCH (s:Source) WHERE s.tenantId = $tenant AND s.sourceId > $after AND s.sourceId <= coalesce($to, 9223372036854775807)
UNWIND [
    ['BELONGS_TO_TENANT', COUNT { (s)-[:BELONGS_TO_TENANT]->() }, true],
    ['INGESTED_FROM', COUNT { ()-[:INGESTED_FROM]->(s) }, false],
    ['LAY_IN', COUNT { (s)-[:LAY_IN]->() }, false]
] AS item
WITH s.sourceId AS id, item WHERE item[1] > 1 OR (item[2] AND item[1] = 0)
RETURN id, item[0] AS what, item[1] AS number
ORDER BY id
