-- 4.5 How each model and version does: inferences, failures, confidence, time. Inferences of unknown models are a row too.
-- Means are over inferences that say; the 95th percentile is a value that occurred.
-- $1 tenant (integer), $2 of inferences from then on, in microseconds since 1970 (bigint, null for all), $3 at most so many
-- rows (bigint).
SELECT m.name, m.revision, count(*), count(*) FILTER (WHERE i.state = 'failed'),
       round(avg(i.confidence)::numeric, 6)::float8,
       div(sum(i.duration_us), nullif(count(i.duration_us), 0))::bigint,
       percentile_disc(0.95) WITHIN GROUP (ORDER BY i.duration_us),
       hartonomous.microseconds(max(i.created_at))
FROM hartonomous.inference i
LEFT JOIN hartonomous.model m ON m.model_id = i.model_id
WHERE i.tenant_id = $1::integer AND ($2::bigint IS NULL OR hartonomous.microseconds(i.created_at) >= $2::bigint)
GROUP BY m.model_id
ORDER BY count(*) DESC, m.name COLLATE "C" NULLS LAST, m.revision COLLATE "C" NULLS LAST
LIMIT $3::bigint
