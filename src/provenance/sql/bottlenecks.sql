-- $1 tenant, $2 limit. Where time goes: types of operations (ingestion is one) with those first that took most in all. p95: the duration that
-- 95 in 100 did not exceed; slowest: the operation that took longest; waiting_since: when the oldest began that still runs.
WITH run AS (
    SELECT o.operation_type AS type, o.operation_id::text AS id, o.state, hartonomous.microseconds(o.created_at) AS begun,
           hartonomous.microseconds(o.ended_at) - hartonomous.microseconds(o.created_at) AS duration_us
    FROM hartonomous.operation o WHERE o.tenant_id = $1
    UNION ALL
    SELECT 'ingestion', 'ingestion:' || j.root_atom_id, CASE WHEN j.completed_at IS NULL THEN 'running' ELSE 'complete' END,
           hartonomous.microseconds(j.started_at), hartonomous.microseconds(j.completed_at) - hartonomous.microseconds(j.started_at)
    FROM hartonomous.ingestion_job j WHERE j.tenant_id = $1
)
SELECT type, count(*) AS operations, count(*) FILTER (WHERE state = 'running') AS running, count(*) FILTER (WHERE state = 'failed') AS failed,
       coalesce(sum(duration_us), 0)::bigint AS total_us, sum(duration_us)::double precision / nullif(count(duration_us), 0) AS mean_us,
       percentile_disc(0.95) WITHIN GROUP (ORDER BY duration_us) AS p95_us, max(duration_us) AS max_us,
       (array_agg(id ORDER BY duration_us DESC, id COLLATE "C") FILTER (WHERE duration_us IS NOT NULL))[1] AS slowest,
       min(begun) FILTER (WHERE state = 'running') AS waiting_since
FROM run
GROUP BY type
ORDER BY total_us DESC, type COLLATE "C"
LIMIT $2
