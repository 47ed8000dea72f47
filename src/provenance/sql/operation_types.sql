-- 3.5 Which types of operations there are, the most frequent first: how many in each state, their share of all, first and last
-- beginning. $1 tenant, $2 limit.
SELECT o.type, count(*) AS operations, count(*) FILTER (WHERE o.state = 'running') AS running,
       count(*) FILTER (WHERE o.state = 'complete') AS complete, count(*) FILTER (WHERE o.state = 'failed') AS failed,
       count(*)::float8 / (sum(count(*)) OVER ())::float8 AS share,
       hartonomous.microseconds(min(o.created_at)) AS first, hartonomous.microseconds(max(o.created_at)) AS last
FROM hartonomous.operation_status o
WHERE o.tenant_id = $1::integer AND o.kind IN ('operation', 'ingestion')
GROUP BY o.type
ORDER BY operations DESC, o.type COLLATE "C" LIMIT $2::bigint
