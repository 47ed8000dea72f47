-- 4.6 Inferences whose model was less sure than it should be, the least sure first.
-- $1 tenant (integer), $2 below this, 0 to 1 (float8), $3 at most so many rows (bigint).
SELECT i.inference_id, i.task_type, i.confidence, m.name, m.revision, u.name, i.state, hartonomous.microseconds(i.created_at)
FROM hartonomous.inference i
LEFT JOIN hartonomous.model m ON m.model_id = i.model_id
LEFT JOIN hartonomous.user_account u ON u.tenant_id = i.tenant_id AND u.user_id = i.user_id
WHERE i.tenant_id = $1::integer AND i.confidence < $2::float8
ORDER BY i.confidence, i.inference_id
LIMIT $3::bigint
