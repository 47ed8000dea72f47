// $tenant, $after, $to (null: no end). Relationships that there may be one of, where the graph has another number: id, what, number.
MATCH (o:IngestionJob) WHERE o.tenantId = $tenant AND toIntegerOrNull(substring(o.operationId, 10)) > $after AND toIntegerOrNull(substring(o.operationId, 10)) <= coalesce($to, 9223372036854775807)
UNWIND [
    ['GENERATED', COUNT { (o)-[:GENERATED]->() }, false]
] AS item
WITH toIntegerOrNull(substring(o.operationId, 10)) AS id, item WHERE item[1] > 1 OR (item[2] AND item[1] = 0)
RETURN id, item[0] AS what, item[1] AS number
ORDER BY id
