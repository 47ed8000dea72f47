-- 6.2 What a user did, in the order of time: looked at atoms, asked for operations and inferences, rated inferences.
-- $1 tenant (integer), $2 user (bigint), $3 from then on, in microseconds since 1970 (bigint, null for all), $4 at most so many
-- rows (bigint).
WITH activity AS (
    SELECT e.created_at, 'access' AS kind, e.access_id AS id, e.action AS what,
           CASE WHEN e.allowed THEN 'allowed' ELSE 'refused' END AS state, e.atom_id, NULL::bigint AS inference_id,
           NULL::float8 AS rating, e.reason AS detail
    FROM hartonomous.access_event e WHERE e.tenant_id = $1::integer AND e.user_id = $2::bigint
    UNION ALL
    SELECT o.created_at, 'operation', o.operation_id, o.operation_type, o.state, NULL, NULL, NULL, o.name
    FROM hartonomous.operation o WHERE o.tenant_id = $1::integer AND o.user_id = $2::bigint
    UNION ALL
    SELECT i.created_at, 'inference', i.inference_id, i.task_type, i.state, NULL, i.inference_id, NULL, i.error_text
    FROM hartonomous.inference i WHERE i.tenant_id = $1::integer AND i.user_id = $2::bigint
    UNION ALL
    SELECT f.created_at, 'feedback', f.feedback_id, i.task_type, NULL, NULL, i.inference_id, f.rating, f.comment
    FROM hartonomous.inference_feedback f
    JOIN hartonomous.inference i ON i.tenant_id = f.tenant_id AND i.inference_id = f.inference_id
    WHERE f.tenant_id = $1::integer AND f.user_id = $2::bigint
)
SELECT hartonomous.microseconds(a.created_at), a.kind, a.id, a.what, a.state, a.atom_id, a.inference_id, a.rating, a.detail
FROM activity a
WHERE $3::bigint IS NULL OR hartonomous.microseconds(a.created_at) >= $3::bigint
ORDER BY a.created_at, a.kind COLLATE "C", a.id
LIMIT $4::bigint
