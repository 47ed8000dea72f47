-- Tenants with what they have. $1 tenant (integer) or null. Columns: tenant, name, atoms, most atoms, bytes, most bytes, created.
SELECT s.tenant_id, s.name, s.atoms, s.max_atoms, s.bytes, s.max_bytes,
       to_char(s.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
FROM hartonomous.tenant_status s
WHERE $1::integer IS NULL OR s.tenant_id = $1
ORDER BY s.tenant_id
