-- 4.9 What inferences were part of: context and task of one, or of all of a tenant. Those without a context are left out.
-- $1 tenant (integer), $2 inference (bigint, null for all), $3 at most so many rows (bigint).
SELECT i.context, i.task_type, count(*), count(*) FILTER (WHERE i.state = 'failed'),
       round(avg(i.confidence)::numeric, 6)::float8, hartonomous.microseconds(min(i.created_at)),
       hartonomous.microseconds(max(i.created_at))
FROM hartonomous.inference i
WHERE i.tenant_id = $1::integer AND ($2::bigint IS NULL OR i.inference_id = $2::bigint) AND i.context IS NOT NULL
GROUP BY i.context, i.task_type
ORDER BY count(*) DESC, i.context COLLATE "C", i.task_type COLLATE "C"
LIMIT $3::bigint
