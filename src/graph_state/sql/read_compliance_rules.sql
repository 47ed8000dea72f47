-- $1 tenant ids (integer[]), $2 ids (bigint[]), pairwise. tenant, id, state; what is gone has no row.
SELECT wanted.tenant_id, wanted.id, json_build_object(
           'ruleId', r.rule_id,
           'tenantId', r.tenant_id,
           'name', r.name,
           'description', r.description,
           'retentionDays', r.retention_days,
           'createdAt', hartonomous.microseconds(r.created_at),
           'version', r.version,
           'level', r.level)::text
FROM unnest($1::integer[], $2::bigint[]) AS wanted (tenant_id, id)
JOIN hartonomous.compliance_rule r ON r.tenant_id = wanted.tenant_id AND r.rule_id = wanted.id
ORDER BY wanted.tenant_id, wanted.id
