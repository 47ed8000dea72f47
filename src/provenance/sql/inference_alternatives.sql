-- 4.8 What an inference could have answered, the best first.
-- $1 tenant (integer), $2 inference (bigint), $3 at most so many rows (bigint).
SELECT a.rank, a.description, a.confidence, a.chosen, a.reason
FROM hartonomous.inference_alternative a
WHERE a.tenant_id = $1::integer AND a.inference_id = $2::bigint
ORDER BY a.rank
LIMIT $3::bigint
