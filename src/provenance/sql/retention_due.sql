-- 6.5 Atoms that a rule lets be kept no longer, the longest overdue first; a row for each rule. Kept since the atom was first
-- seen, in days of 24 hours.
-- $1 tenant (integer), $2 as of when, in microseconds since 1970 (bigint), $3 at most so many rows (bigint).
WITH kept AS (
    SELECT a.atom_id, r.rule_id, r.name, r.level, r.retention_days, hartonomous.microseconds(a.created_at) AS created
    FROM hartonomous.compliance_rule r
    JOIN hartonomous.classification c ON c.tenant_id = r.tenant_id AND c.level = r.level
    JOIN hartonomous.atom a ON a.tenant_id = c.tenant_id AND a.atom_id = c.atom_id
    WHERE r.tenant_id = $1::integer AND r.retention_days IS NOT NULL
), due AS (
    SELECT kept.atom_id, kept.created + kept.retention_days * 86400000000 AS due, kept.rule_id, kept.name, kept.level,
           kept.retention_days, kept.created
    FROM kept
    WHERE kept.created <= $2::bigint AND ($2::bigint - kept.created) / 86400000000 >= kept.retention_days
    ORDER BY 2, kept.atom_id, kept.rule_id
    LIMIT $3::bigint
)
SELECT due.atom_id, due.due, ($2::bigint - due.due) / 86400000000, due.level, due.rule_id, due.name, due.retention_days,
       due.created, a.modality || '/' || a.subtype, left(a.canonical_text, 100)
FROM due
JOIN hartonomous.atom a ON a.tenant_id = $1::integer AND a.atom_id = due.atom_id
ORDER BY due.due, due.atom_id, due.rule_id
