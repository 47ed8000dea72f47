-- 3.3 How long operations took, by type, those that took most in all first. Ended ones only. $1 tenant, $2 began from then on,
-- microseconds, null for ever, $3 limit. A percentile is a duration that was measured.
SELECT o.type, count(*) AS operations, sum(o.duration_us)::float8 / count(*) AS mean_us,
       percentile_disc(0.5) WITHIN GROUP (ORDER BY o.duration_us) AS p50_us,
       percentile_disc(0.95) WITHIN GROUP (ORDER BY o.duration_us) AS p95_us, max(o.duration_us) AS max_us,
       sum(o.duration_us)::bigint AS total_us
FROM hartonomous.operation_status o
WHERE o.tenant_id = $1::integer AND o.kind IN ('operation', 'ingestion') AND o.duration_us IS NOT NULL
  AND ($2::bigint IS NULL OR hartonomous.microseconds(o.created_at) >= $2::bigint)
GROUP BY o.type
ORDER BY total_us DESC, o.type COLLATE "C" LIMIT $3::bigint
