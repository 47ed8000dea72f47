// $rows: [id]
UNWIND $rows AS id
MATCH (r:ComplianceRule {ruleId: id})
DETACH DELETE r
