-- $1 tenant ids (integer[]), $2 ids (bigint[]), pairwise. tenant, id, state; what is gone has no row.
SELECT wanted.tenant_id, wanted.id, json_build_object(
           'accessId', e.access_id,
           'tenantId', e.tenant_id,
           'action', e.action,
           'allowed', e.allowed,
           'reason', e.reason,
           'createdAt', hartonomous.microseconds(e.created_at),
           'version', e.version,
           'user', e.user_id,
           'atom', e.atom_id)::text
FROM unnest($1::integer[], $2::bigint[]) AS wanted (tenant_id, id)
JOIN hartonomous.access_event e ON e.tenant_id = wanted.tenant_id AND e.access_id = wanted.id
ORDER BY wanted.tenant_id, wanted.id
