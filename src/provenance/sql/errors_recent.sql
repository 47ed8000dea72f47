-- 5.1 Errors, the latest first: failed operations, inferences and generation streams, and problems of ingestion jobs and sources.
-- $1 tenant, $2 from then on, microseconds, null for ever, $3 limit.
SELECT hartonomous.microseconds(coalesce(o.ended_at, o.created_at)) AS at, o.kind, o.id, o.type AS operation, o.error_type AS error,
       o.error_text AS text
FROM hartonomous.operation_status o
WHERE o.tenant_id = $1::integer AND o.is_wrong
  AND ($2::bigint IS NULL OR hartonomous.microseconds(coalesce(o.ended_at, o.created_at)) >= $2::bigint)
ORDER BY at DESC, o.kind COLLATE "C", o.id COLLATE "C" LIMIT $3::bigint
