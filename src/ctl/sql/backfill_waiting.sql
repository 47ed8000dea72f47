-- $1 model (integer), $2 tenant (integer) or null. Atoms in messages of the model's own that wait or are being handled.
SELECT coalesce(sum(r.atoms), 0)::bigint FROM hartonomous.embedding_request r
WHERE r.model_id = $1::integer AND ($2::integer IS NULL OR r.tenant_id = $2::integer)
