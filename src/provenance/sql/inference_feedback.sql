-- 4.10 What people said of one inference, or of all of a tenant, the newest first.
-- $1 tenant (integer), $2 inference (bigint, null for all), $3 at most so many rows (bigint).
WITH found AS MATERIALIZED (
    SELECT f.created_at, f.feedback_id, f.inference_id, f.rating, f.user_id, f.comment
    FROM hartonomous.inference_feedback f
    WHERE f.tenant_id = $1::integer AND ($2::bigint IS NULL OR f.inference_id = $2::bigint)
    ORDER BY f.created_at DESC, f.feedback_id DESC
    LIMIT $3::bigint
)
SELECT hartonomous.microseconds(found.created_at), found.feedback_id, found.inference_id, i.task_type, m.name, m.revision,
       found.rating, u.user_id, u.name, found.comment
FROM found
JOIN hartonomous.inference i ON i.tenant_id = $1::integer AND i.inference_id = found.inference_id
LEFT JOIN hartonomous.model m ON m.model_id = i.model_id
LEFT JOIN hartonomous.user_account u ON u.tenant_id = $1::integer AND u.user_id = found.user_id
ORDER BY found.created_at DESC, found.feedback_id DESC
