// $tenant, $after, $to (null: no end). Relationships that there may be one of, where the graph has another number: id, what, number.
MATCH (e:AccessEvent) WHERE e.tenantId = $tenant AND e.accessId > $after AND e.accessId <= coalesce($to, 9223372036854775807)
UNWIND [
    ['PERFORMED', COUNT { ()-[:PERFORMED]->(e) }, false],
    ['ACCESSED', COUNT { (e)-[:ACCESSED]->() }, false]
] AS item
WITH e.accessId AS id, item WHERE item[1] > 1 OR (item[2] AND item[1] = 0)
RETURN id, item[0] AS what, item[1] AS number
ORDER BY id
