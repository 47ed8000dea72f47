-- 5.4 Which types of operations fail, those with most errors first: how many there were of it, how many failed or have a problem,
-- their share, different types of errors, the last time. Errors are those of 5.1. $1 tenant, $2 ended from then on,
-- microseconds, null for ever, $3 limit.
SELECT o.kind, o.type AS operation, count(*) AS runs, count(*) FILTER (WHERE o.is_wrong) AS errors,
       (count(*) FILTER (WHERE o.is_wrong))::float8 / count(*) AS share, count(DISTINCT o.error_type) AS types,
       hartonomous.microseconds(max(coalesce(o.ended_at, o.created_at)) FILTER (WHERE o.is_wrong)) AS last
FROM hartonomous.operation_status o
WHERE o.tenant_id = $1::integer
  AND ($2::bigint IS NULL OR hartonomous.microseconds(coalesce(o.ended_at, o.created_at)) >= $2::bigint)
GROUP BY o.kind, o.type
HAVING bool_or(o.is_wrong)
ORDER BY errors DESC, o.kind COLLATE "C", o.type COLLATE "C" LIMIT $3::bigint
