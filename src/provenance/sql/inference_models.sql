-- 4.1 Which models one inference used, or all of a tenant: how often, how often in vain, and when.
-- $1 tenant (integer), $2 inference (bigint, null for all), $3 at most so many rows (bigint).
SELECT m.name, m.revision, m.engine, count(*), count(*) FILTER (WHERE i.state = 'failed'),
       hartonomous.microseconds(min(i.created_at)), hartonomous.microseconds(max(i.created_at))
FROM hartonomous.inference i
JOIN hartonomous.model m ON m.model_id = i.model_id
WHERE i.tenant_id = $1::integer AND ($2::bigint IS NULL OR i.inference_id = $2::bigint)
GROUP BY m.model_id
ORDER BY count(*) DESC, m.name COLLATE "C", m.revision COLLATE "C"
LIMIT $3::bigint
