CREATE CONSTRAINT rule_id_unique IF NOT EXISTS FOR (n:ComplianceRule) REQUIRE n.ruleId IS UNIQUE
