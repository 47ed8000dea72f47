-- The vectors a model made. $1 tenant (integer) or null, $2 revision of the model (text), $3 dimension (integer).
SELECT e.tenant_id, e.atom_id, e.vector
FROM hartonomous.model m
JOIN hartonomous.embedding e ON e.model_id = m.model_id
WHERE m.revision = $2::text AND m.dimension = $3::integer AND ($1::integer IS NULL OR e.tenant_id = $1)
