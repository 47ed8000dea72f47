-- 4.3 The atoms of an inference: what it was given, what it rested on, what it made.
-- $1 tenant (integer), $2 inference (bigint), $3 at most so many rows (bigint).
WITH found AS (
    SELECT i.inference_id, r.place, r.type, i.atom_id, i.ordinal, i.influence
    FROM hartonomous.inference_atom i
    JOIN (VALUES ('input', 0, 'HAD_INPUT'), ('used', 1, 'USED_ATOM'), ('output', 2, 'GENERATED')) AS r (role, place, type)
         ON r.role = i.role
    WHERE i.tenant_id = $1::integer AND i.inference_id = $2::bigint
    ORDER BY r.place, i.ordinal
    LIMIT $3::bigint
)
SELECT 'inference ' || found.inference_id, found.type, found.atom_id, found.ordinal, found.influence,
       a.modality || '/' || a.subtype, left(a.canonical_text, 100)
FROM found
JOIN hartonomous.atom a ON a.tenant_id = $1::integer AND a.atom_id = found.atom_id
ORDER BY found.place, found.ordinal
