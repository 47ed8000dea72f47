-- 6.3 How sensitive atoms are, the most sensitive first: one atom, one level, or all that somebody classified.
-- $1 tenant (integer), $2 atom (bigint, null for all), $3 public, internal, confidential or restricted (text, null for all),
-- $4 at most so many rows (bigint).
WITH found AS (
    SELECT c.atom_id, c.level, l.sensitivity, c.reason, c.created_at
    FROM hartonomous.classification c
    JOIN (VALUES ('public', 0), ('internal', 1), ('confidential', 2), ('restricted', 3)) AS l (level, sensitivity)
         ON l.level = c.level
    WHERE c.tenant_id = $1::integer AND ($2::bigint IS NULL OR c.atom_id = $2::bigint)
      AND ($3::text IS NULL OR c.level = $3::text)
    ORDER BY l.sensitivity DESC, c.atom_id
    LIMIT $4::bigint
)
SELECT found.atom_id, found.level, found.sensitivity, found.reason, a.modality || '/' || a.subtype, left(a.canonical_text, 100),
       hartonomous.microseconds(found.created_at)
FROM found
JOIN hartonomous.atom a ON a.tenant_id = $1::integer AND a.atom_id = found.atom_id
ORDER BY found.sensitivity DESC, found.atom_id
