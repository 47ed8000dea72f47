// $rows: states as read_compliance_rules.sql has them. Older state than the graph has is passed over.
UNWIND $rows AS row
MERGE (r:ComplianceRule {ruleId: row.ruleId})
WITH r, row WHERE coalesce(r.version, -1) <= row.version
SET r.tenantId = row.tenantId, r.name = row.name, r.description = row.description, r.retentionDays = row.retentionDays,
    r.createdAt = datetime.fromEpoch(row.createdAt / 1000000, row.createdAt % 1000000 * 1000), r.version = row.version
WITH r, row
CALL {
    WITH r, row
    MATCH (r)-[old:APPLIES_TO]->(d) WHERE NOT (d:DataClassification AND d.level = row.level)
    DELETE old
}
MATCH (d:DataClassification {level: row.level})
MERGE (r)-[:APPLIES_TO]->(d)
