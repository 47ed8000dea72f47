-- 4.6 Inferences whose model was less sure than it should be, the least sure first.
-- $1 tenant (integer), $2 below this, 0 to 1 (float8), $3 at most so many rows (bigint).
WITH found AS MATERIALIZED (
    SELECT i.inference_id, i.task_type, i.confidence, i.model_id, i.user_id, i.state, i.created_at
    FROM hartonomous.inference i
    WHERE i.tenant_id = $1::integer AND i.confidence < $2::float8
    ORDER BY i.confidence, i.inference_id
    LIMIT $3::bigint
)
SELECT found.inference_id, found.task_type, found.confidence, m.name, m.revision, u.name, found.state,
       hartonomous.microseconds(found.created_at)
FROM found
LEFT JOIN hartonomous.model m ON m.model_id = found.model_id
LEFT JOIN hartonomous.user_account u ON u.tenant_id = $1::integer AND u.user_id = found.user_id
ORDER BY found.confidence, found.inference_id
