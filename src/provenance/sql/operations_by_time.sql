-- 3.4 Operations that began in a stretch of time, in the order of their beginning. $1 tenant, $2 from then on, $3 before then:
-- microseconds, null for no end, $4 limit.
SELECT o.id AS operation, o.type, o.name, o.state, u.name AS user, hartonomous.microseconds(o.created_at) AS began,
       hartonomous.microseconds(o.ended_at) AS ended, o.duration_us
FROM hartonomous.operation_status o
LEFT JOIN hartonomous.user_account u ON u.tenant_id = o.tenant_id AND u.user_id = o.user_id
WHERE o.tenant_id = $1::integer AND o.kind IN ('operation', 'ingestion')
  AND ($2::bigint IS NULL OR hartonomous.microseconds(o.created_at) >= $2::bigint)
  AND ($3::bigint IS NULL OR hartonomous.microseconds(o.created_at) < $3::bigint)
ORDER BY began, o.id COLLATE "C" LIMIT $4::bigint
