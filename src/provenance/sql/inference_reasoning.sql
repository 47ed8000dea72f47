-- 4.7 How answers came about: the reasoning modes of one inference, or of all of a tenant. An inference of several modes counts
-- in each.
-- $1 tenant (integer), $2 inference (bigint, null for all), $3 at most so many rows (bigint).
SELECT r.mode, count(*), count(*) FILTER (WHERE i.state = 'failed'), round(avg(i.confidence)::numeric, 6)::float8,
       div(sum(i.duration_us), nullif(count(i.duration_us), 0))::bigint
FROM hartonomous.inference i
CROSS JOIN LATERAL (SELECT DISTINCT unnest(i.reasoning)) AS r (mode)
WHERE i.tenant_id = $1::integer AND ($2::bigint IS NULL OR i.inference_id = $2::bigint)
GROUP BY r.mode
ORDER BY count(*) DESC, r.mode COLLATE "C"
LIMIT $3::bigint
