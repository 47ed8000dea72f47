-- $1 tenant ids (bigint[]). Those that are there.
SELECT t.tenant_id, t.tenant_id::bigint
FROM unnest($1::bigint[]) AS wanted (tenant_id)
JOIN hartonomous.tenant t ON t.tenant_id = wanted.tenant_id
