// 6.4 The rules of a tenant, and how many atoms each applies to.
// $tenant; $limit.
MATCH (rule:ComplianceRule {tenantId: $tenant})-[:APPLIES_TO]->(c:DataClassification)
WITH c, collect(rule) AS rules
OPTIONAL MATCH (c)<-[:CLASSIFIED_AS]-(a {tenantId: $tenant})
WITH c, rules, count(a) AS atoms
UNWIND rules AS rule
RETURN rule.ruleId AS rule, rule.name AS name, c.level AS level, rule.retentionDays AS retention_days, atoms,
       rule.description AS description, rule.createdAt.epochSeconds * 1000000 + rule.createdAt.microsecond AS made
ORDER BY name LIMIT $limit
