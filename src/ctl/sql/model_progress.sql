-- $1 model (integer), $2 tenant (integer) or null. Atoms worth a vector, those that have one of the model, those in messages that wait.
SELECT coalesce(sum(p.atoms), 0)::bigint, coalesce(sum(p.embedded), 0)::bigint, coalesce(sum(p.waiting), 0)::bigint
FROM hartonomous.model_progress($1::integer) p WHERE $2::integer IS NULL OR p.tenant_id = $2::integer
