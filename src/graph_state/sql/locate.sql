-- $1 kind (text), $2 ids (bigint[]). Those that are there, whosoever they are; what is gone has no row.
SELECT e.tenant_id, e.id
FROM unnest($2::bigint[]) AS wanted (id)
CROSS JOIN (SELECT t.tenant_id FROM hartonomous.tenant t UNION SELECT 0) AS t
JOIN hartonomous.graph_entity e ON e.kind = $1::text AND e.tenant_id = t.tenant_id AND e.id = wanted.id
