-- $1 kind (text), $2 tenant id (integer). The sum of the versions of what has one that grows with each change; else no row.
SELECT sum(version)::bigint FROM hartonomous.tenant WHERE $1::text = 'Tenant' HAVING $1::text = 'Tenant'
UNION ALL SELECT sum(version)::bigint FROM hartonomous.user_account WHERE $1::text = 'User' AND tenant_id = $2::integer HAVING $1::text = 'User'
UNION ALL SELECT sum(version)::bigint FROM hartonomous.source WHERE $1::text = 'Source' AND tenant_id = $2::integer HAVING $1::text = 'Source'
UNION ALL SELECT sum(version)::bigint FROM hartonomous.operation WHERE $1::text = 'Operation' AND tenant_id = $2::integer HAVING $1::text = 'Operation'
UNION ALL SELECT sum(version)::bigint FROM hartonomous.compliance_rule WHERE $1::text = 'ComplianceRule' AND tenant_id = $2::integer HAVING $1::text = 'ComplianceRule'
UNION ALL SELECT sum(version)::bigint FROM hartonomous.access_event WHERE $1::text = 'AccessEvent' AND tenant_id = $2::integer HAVING $1::text = 'AccessEvent'
UNION ALL SELECT sum(version)::bigint FROM hartonomous.generation_stream WHERE $1::text = 'GenerationStream' AND tenant_id = $2::integer HAVING $1::text = 'GenerationStream'
UNION ALL SELECT sum(version)::bigint FROM hartonomous.inference WHERE $1::text = 'Inference' AND tenant_id = $2::integer HAVING $1::text = 'Inference'
