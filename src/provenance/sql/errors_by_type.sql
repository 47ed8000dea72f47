-- 5.2 Errors by type, the most frequent first: how many, in how many types of operations, the first and the last time, and what the
-- last one said. Errors are those of 5.1. $1 tenant, $2 from then on, microseconds, null for ever, $3 limit.
SELECT o.error_type AS error, count(*) AS errors, count(DISTINCT o.type) AS operations,
       hartonomous.microseconds(min(coalesce(o.ended_at, o.created_at))) AS first,
       hartonomous.microseconds(max(coalesce(o.ended_at, o.created_at))) AS last,
       (array_agg(o.error_text ORDER BY coalesce(o.ended_at, o.created_at) DESC, o.kind COLLATE "C", o.id COLLATE "C")
           FILTER (WHERE o.error_text IS NOT NULL))[1] AS example
FROM hartonomous.operation_status o
WHERE o.tenant_id = $1::integer AND o.is_wrong
  AND ($2::bigint IS NULL OR hartonomous.microseconds(coalesce(o.ended_at, o.created_at)) >= $2::bigint)
GROUP BY o.error_type
ORDER BY errors DESC, o.error_type COLLATE "C" LIMIT $3::bigint
