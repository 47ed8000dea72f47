// 6.5 Atoms that a rule lets be kept no longer, the longest overdue first; a row for each rule. Kept since the atom was first
// seen, in days of 24 hours.
// $tenant; $at: as of when, in microseconds since 1970; $limit.
MATCH (rule:ComplianceRule {tenantId: $tenant})-[:APPLIES_TO]->(c:DataClassification)<-[:CLASSIFIED_AS]-(a {tenantId: $tenant})
USING SCAN rule:ComplianceRule
WITH rule, c, a, a.createdAt.epochSeconds * 1000000 + a.createdAt.microsecond AS made
WHERE made <= $at AND ($at - made) / 86400000000 >= rule.retentionDays
WITH rule, c, a, made, made + rule.retentionDays * 86400000000 AS due
ORDER BY due, a.id, rule.ruleId LIMIT $limit
RETURN a.id AS atom, due, ($at - due) / 86400000000 AS overdue_days, c.level AS level, rule.ruleId AS rule,
       rule.name AS rule_name, rule.retentionDays AS retention_days, made, a.atomType AS type, a.preview AS text
ORDER BY due, atom, rule
