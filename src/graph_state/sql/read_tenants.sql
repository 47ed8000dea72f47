-- $1 tenant ids (integer[]), $2 ids (bigint[]), pairwise. tenant, id, state; what is gone has no row.
SELECT wanted.tenant_id, wanted.id, json_build_object(
           'tenantId', t.tenant_id,
           'name', t.name,
           'createdAt', hartonomous.microseconds(t.created_at),
           'version', t.version)::text
FROM unnest($1::integer[], $2::bigint[]) AS wanted (tenant_id, id)
JOIN hartonomous.tenant t ON t.tenant_id = wanted.id
ORDER BY wanted.tenant_id, wanted.id
