// $tenant, $after, $to (null: no end). Relationships that there may be one of, where the graph has another number: id, what, number.
MATCH (o:Operation) WHERE o.tenantId = $tenant AND toIntegerOrNull(o.operationId) > $after AND toIntegerOrNull(o.operationId) <= coalesce($to, 9223372036854775807) AND NOT o:IngestionJob
UNWIND [
    ['REQUESTED_BY', COUNT { (o)-[:REQUESTED_BY]->() }, false]
] AS item
WITH toIntegerOrNull(o.operationId) AS id, item WHERE item[1] > 1 OR (item[2] AND item[1] = 0)
RETURN id, item[0] AS what, item[1] AS number
ORDER BY id
