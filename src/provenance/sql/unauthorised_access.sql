-- 6.7 Access that should not be: what was refused, and what was allowed to a user whose clearance is, as things are today, below
-- the atom's classification. The latest first.
-- $1 tenant (integer), $2 from then on, in microseconds since 1970 (bigint, null for all), $3 at most so many rows (bigint).
WITH levels (level, sensitivity) AS (VALUES ('public', 0), ('internal', 1), ('confidential', 2), ('restricted', 3))
SELECT hartonomous.microseconds(e.created_at), e.access_id, CASE WHEN e.allowed THEN 'clearance too low' ELSE 'refused' END,
       u.user_id, u.name, u.clearance, e.atom_id, c.level, e.action, e.allowed, e.reason
FROM hartonomous.access_event e
JOIN hartonomous.user_account u ON u.tenant_id = e.tenant_id AND u.user_id = e.user_id
LEFT JOIN hartonomous.classification c ON c.tenant_id = e.tenant_id AND c.atom_id = e.atom_id
WHERE e.tenant_id = $1::integer AND ($2::bigint IS NULL OR hartonomous.microseconds(e.created_at) >= $2::bigint)
  AND (NOT e.allowed
       OR (SELECT l.sensitivity FROM levels l WHERE l.level = c.level) > (SELECT l.sensitivity FROM levels l WHERE l.level = u.clearance))
ORDER BY e.created_at DESC, e.access_id DESC
LIMIT $3::bigint
