-- What an atom came from, nearest first. $1 tenant (integer), $2 atom (bigint), $3 depth (integer), $4 at most so many rows
-- (bigint). Columns: depth, from, type, id, what, text, uri, derivation, confidence.
WITH RECURSIVE step AS (
    SELECT 0 AS depth, NULL::bigint AS from_id, NULL::text AS type, $2::bigint AS id, NULL::text AS derivation, 1::float8 AS confidence
    UNION
    SELECT step.depth + 1, step.id, up.type, up.id, up.derivation, up.confidence
    FROM step
    CROSS JOIN LATERAL (
        SELECT e.type, e.parent_atom_id AS id, e.derivation, e.confidence
        FROM hartonomous.provenance_edge e WHERE e.tenant_id = $1::integer AND e.child_atom_id = step.id
        UNION ALL
        SELECT DISTINCT 'HAS_COMPONENT', r.parent_atom_id, NULL::text, 1::float8
        FROM hartonomous.composition_run r WHERE r.tenant_id = $1::integer AND step.id = ANY (r.components)
        UNION ALL
        SELECT 'INGESTED_FROM', s.source_id, NULL::text, 1::float8
        FROM hartonomous.source s WHERE s.tenant_id = $1::integer AND s.root_atom_id = step.id
    ) AS up
    WHERE step.depth < $3::integer AND step.type IS DISTINCT FROM 'INGESTED_FROM'
), once AS (
    SELECT min(depth) AS depth, from_id, type, id, min(derivation) AS derivation, min(confidence) AS confidence
    FROM step WHERE depth > 0 GROUP BY from_id, type, id
)
SELECT once.depth, once.from_id, once.type, once.id,
       CASE WHEN a.atom_id IS NOT NULL THEN a.modality || '/' || a.subtype ELSE coalesce(s.content_type, '') END,
       coalesce(left(a.canonical_text, 200), s.file_name, ''), coalesce(s.uri, ''), coalesce(once.derivation, ''),
       once.confidence
FROM once
LEFT JOIN hartonomous.source s ON once.type = 'INGESTED_FROM' AND s.tenant_id = $1::integer AND s.source_id = once.id
LEFT JOIN hartonomous.atom a ON once.type <> 'INGESTED_FROM' AND a.tenant_id = $1::integer AND a.atom_id = once.id
ORDER BY once.depth, once.type, once.from_id, once.id
LIMIT $4::bigint
