-- 5.5 Errors that came more than once with the same type and the same text, the most frequent first. Errors are those of 5.1.
-- $1 tenant, $2 from then on, microseconds, null for ever, $3 that often at least, $4 limit.
SELECT o.error_type AS error, o.error_text AS text, count(*) AS times, count(DISTINCT o.type) AS operations,
       hartonomous.microseconds(min(coalesce(o.ended_at, o.created_at))) AS first,
       hartonomous.microseconds(max(coalesce(o.ended_at, o.created_at))) AS last
FROM hartonomous.operation_status o
WHERE o.tenant_id = $1::integer AND o.is_wrong
  AND ($2::bigint IS NULL OR hartonomous.microseconds(coalesce(o.ended_at, o.created_at)) >= $2::bigint)
GROUP BY o.error_type, o.error_text
HAVING count(*) >= $3::bigint
ORDER BY times DESC, last DESC, o.error_type COLLATE "C", o.error_text COLLATE "C" LIMIT $4::bigint
