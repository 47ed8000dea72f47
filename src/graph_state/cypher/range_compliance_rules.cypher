// $tenant, $after, $to (null: no end), $limit. id and state as read_compliance_rules.sql has it; ascending, after < id <= to.
MATCH (r:ComplianceRule) WHERE r.tenantId = $tenant AND r.ruleId > $after AND r.ruleId <= coalesce($to, 9223372036854775807)
WITH r ORDER BY r.ruleId LIMIT $limit
RETURN r.ruleId AS id, r {.*, 
    createdAt: CASE WHEN r.createdAt IS :: ZONED DATETIME THEN r.createdAt.epochSeconds * 1000000 + r.createdAt.microsecond ELSE r.createdAt END, 
    level: head([(r)-[:APPLIES_TO]->(d:DataClassification) | d.level])} AS state
ORDER BY id
