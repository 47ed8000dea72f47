-- 6.1 Who looked at an atom, or tried to, the latest first.
-- $1 tenant (integer), $2 atom (bigint), $3 at most so many rows (bigint).
SELECT hartonomous.microseconds(e.created_at), e.access_id, u.user_id, u.name, u.clearance, e.action, e.allowed, e.reason
FROM hartonomous.access_event e
JOIN hartonomous.user_account u ON u.tenant_id = e.tenant_id AND u.user_id = e.user_id
WHERE e.tenant_id = $1::integer AND e.atom_id = $2::bigint
ORDER BY e.created_at DESC, e.access_id DESC
LIMIT $3::bigint
