-- 4.4 Which inferences rested on an atom, and how much they owe to it.
-- $1 tenant (integer), $2 atom (bigint), $3 at most so many rows (bigint).
SELECT i.inference_id, i.task_type, m.name, m.revision, used.ordinal, used.influence, i.confidence, i.state,
       hartonomous.microseconds(i.created_at)
FROM hartonomous.inference_atom used
JOIN hartonomous.inference i ON i.tenant_id = used.tenant_id AND i.inference_id = used.inference_id
LEFT JOIN hartonomous.model m ON m.model_id = i.model_id
WHERE used.tenant_id = $1::integer AND used.atom_id = $2::bigint AND used.role = 'used'
ORDER BY coalesce(used.influence, -1) DESC, i.inference_id, used.ordinal
LIMIT $3::bigint
