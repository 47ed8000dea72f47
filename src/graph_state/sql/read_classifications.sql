-- $1 tenant ids (integer[]), $2 ids (bigint[]), pairwise. tenant, id, state; what is gone has no row.
SELECT wanted.tenant_id, wanted.id, json_build_object(
           'tenantId', c.tenant_id,
           'atom', c.atom_id,
           'level', c.level,
           'reason', c.reason,
           'createdAt', hartonomous.microseconds(c.created_at),
           'version', c.version)::text
FROM unnest($1::integer[], $2::bigint[]) AS wanted (tenant_id, id)
JOIN hartonomous.classification c ON c.tenant_id = wanted.tenant_id AND c.atom_id = wanted.id
ORDER BY wanted.tenant_id, wanted.id
