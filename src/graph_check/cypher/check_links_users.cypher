// $tenant, $after, $to (null: no end). Relationships that there may be one of, where the graph has another number: id, what, number.
MATCH (u:User) WHERE u.tenantId = $tenant AND u.userId > $after AND u.userId <= coalesce($to, 9223372036854775807)
UNWIND [
    ['BELONGS_TO_TENANT', COUNT { (u)-[:BELONGS_TO_TENANT]->() }, true]
] AS item
WITH u.userId AS id, item WHERE item[1] > 1 OR (item[2] AND item[1] = 0)
RETURN id, item[0] AS what, item[1] AS number
ORDER BY id
