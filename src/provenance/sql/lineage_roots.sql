-- $1 tenant, $2 atom, $3 depth, $4 limit. Where the atom came from in the end: ancestors that came from nothing, nearest first, each at its smallest depth.
-- Level by level: a level is what the one before leads to and no earlier one had, so that an atom is met once however many ways
-- lead to it, and a cycle ends.
WITH RECURSIVE walk (depth, level, seen) AS (
    SELECT 0::bigint, ARRAY[a.atom_id], ARRAY[a.atom_id] FROM hartonomous.atom a WHERE a.tenant_id = $1 AND a.atom_id = $2
    UNION ALL
    SELECT walk.depth + 1, next.level, walk.seen || next.level
    FROM walk
    CROSS JOIN LATERAL (
        SELECT array_agg(far.id) AS level FROM (
            SELECT e.parent_atom_id AS id
            FROM unnest(walk.level) AS near (id)
            JOIN hartonomous.provenance_edge e ON e.tenant_id = $1 AND e.child_atom_id = near.id
            EXCEPT SELECT unnest(walk.seen)) AS far) AS next
    WHERE walk.depth < $3 AND next.level IS NOT NULL
)
SELECT walk.depth, a.atom_id AS atom, a.modality || '/' || a.subtype AS kind, encode(a.content_hash, 'hex') AS hash, a.size, left(a.canonical_text, 100) AS text,
       hartonomous.microseconds(a.created_at) AS created_at
FROM walk
CROSS JOIN LATERAL unnest(walk.level) AS found (id)
JOIN hartonomous.atom a ON a.tenant_id = $1 AND a.atom_id = found.id
WHERE walk.depth > 0 AND NOT EXISTS (SELECT FROM hartonomous.provenance_edge e WHERE e.tenant_id = $1 AND e.child_atom_id = found.id)
ORDER BY walk.depth, a.atom_id
LIMIT $4
