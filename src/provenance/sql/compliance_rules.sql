-- 6.4 The rules of a tenant, and how many atoms each applies to.
-- $1 tenant (integer), $2 at most so many rows (bigint).
WITH classified AS (
    SELECT c.level, count(*) AS atoms FROM hartonomous.classification c WHERE c.tenant_id = $1::integer GROUP BY c.level
)
SELECT r.rule_id, r.name, r.level, r.retention_days, coalesce(classified.atoms, 0), r.description,
       hartonomous.microseconds(r.created_at)
FROM hartonomous.compliance_rule r
LEFT JOIN classified USING (level)
WHERE r.tenant_id = $1::integer
ORDER BY r.name COLLATE "C"
LIMIT $2::bigint
