-- $1 tenant ids (integer[]), $2 ids (bigint[]), pairwise. tenant, id, state; what is gone has no row.
SELECT wanted.tenant_id, wanted.id, json_build_object(
           'userId', u.user_id,
           'tenantId', u.tenant_id,
           'name', u.name,
           'clearance', u.clearance,
           'createdAt', hartonomous.microseconds(u.created_at),
           'version', u.version)::text
FROM unnest($1::integer[], $2::bigint[]) AS wanted (tenant_id, id)
JOIN hartonomous.user_account u ON u.tenant_id = wanted.tenant_id AND u.user_id = wanted.id
ORDER BY wanted.tenant_id, wanted.id
