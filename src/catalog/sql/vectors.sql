-- The vectors a model made. $1 tenant (integer) or null, $2 model (integer).
SELECT e.tenant_id, e.atom_id, e.vector
FROM hartonomous.embedding e
WHERE e.model_id = $2::integer AND ($1::integer IS NULL OR e.tenant_id = $1)
