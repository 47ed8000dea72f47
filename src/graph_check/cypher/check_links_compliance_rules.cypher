// $tenant, $after, $to (null: no end). Relationships that there may be one of, where the graph has another number: id, what, number.
MATCH (r:ComplianceRule) WHERE r.tenantId = $tenant AND r.ruleId > $after AND r.ruleId <= coalesce($to, 9223372036854775807)
UNWIND [
    ['APPLIES_TO', COUNT { (r)-[:APPLIES_TO]->() }, false]
] AS item
WITH r.ruleId AS id, item WHERE item[1] > 1 OR (item[2] AND item[1] = 0)
RETURN id, item[0] AS what, item[1] AS number
ORDER BY id
