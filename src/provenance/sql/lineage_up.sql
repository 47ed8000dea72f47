-- $1 tenant, $2 atom, $3 depth, $4 limit. Everything the atom came from, one row an atom, nearest first, with the link by which it is reached: of several the
-- one at the smallest id.
-- Level by level: a level is what the one before leads to and no earlier one had, so that an atom is met once however many ways
-- lead to it, and a cycle ends. The walk stops behind the level with which there are rows enough.
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
    WHERE walk.depth < $3 AND cardinality(walk.seen) <= $4 AND next.level IS NOT NULL
), reached AS MATERIALIZED (
    SELECT walk.depth, item.id FROM walk CROSS JOIN LATERAL unnest(walk.level) AS item (id)
), nearest AS (
    SELECT DISTINCT ON (far.depth, far.id) far.depth, far.id, e.child_atom_id, e.parent_atom_id, e.type, e.derivation, e.confidence, e.operation_id
    FROM reached near
    JOIN hartonomous.provenance_edge e ON e.tenant_id = $1 AND e.child_atom_id = near.id
    JOIN reached far ON far.id = e.parent_atom_id AND far.depth = near.depth + 1
    ORDER BY far.depth, far.id, near.id, e.type COLLATE "C"
    LIMIT $4
)
SELECT l.depth, l.child_atom_id AS child, l.parent_atom_id AS parent, l.type, l.derivation, l.confidence, l.operation_id::text AS operation,
       a.modality || '/' || a.subtype AS kind, left(a.canonical_text, 100) AS text, hartonomous.microseconds(a.created_at) AS created_at
FROM nearest l JOIN hartonomous.atom a ON a.tenant_id = $1 AND a.atom_id = l.id
ORDER BY l.depth, l.id
