-- $1 tenant ids (integer[]), $2 the same (bigint[]). One JSON object a row, as write_tenants.cypher takes it.
SELECT json_build_object(
           'tenantId', t.tenant_id, 'name', t.name,
           'createdAt', to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))::text
FROM unnest($1::integer[], $2::bigint[]) AS wanted (tenant_id, id)
JOIN hartonomous.tenant t USING (tenant_id)
ORDER BY t.tenant_id
