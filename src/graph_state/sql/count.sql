-- $1 kind (text), $2 tenant (integer).
SELECT count(*) FROM hartonomous.graph_entity e WHERE e.kind = $1::text AND e.tenant_id = $2::integer AND e.is_due
