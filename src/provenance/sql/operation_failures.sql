-- 3.2 Operations that failed, those that ended last first. $1 tenant, $2 of this type only, null for all, $3 ended from then on,
-- microseconds, null for ever, $4 limit.
SELECT o.id AS operation, o.type, o.name, o.error_type AS error, o.error_text AS text, u.name AS user,
       hartonomous.microseconds(o.created_at) AS began, hartonomous.microseconds(o.ended_at) AS ended, o.duration_us
FROM hartonomous.operation_status o
LEFT JOIN hartonomous.user_account u ON u.tenant_id = o.tenant_id AND u.user_id = o.user_id
WHERE o.tenant_id = $1::integer AND o.kind IN ('operation', 'ingestion') AND o.state = 'failed'
  AND ($2::text IS NULL OR o.type = $2::text) AND ($3::bigint IS NULL OR hartonomous.microseconds(o.ended_at) >= $3::bigint)
ORDER BY ended DESC, o.id COLLATE "C" LIMIT $4::bigint
