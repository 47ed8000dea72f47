-- $1 tenant, $2 atom, $3 depth, $4 limit. All links around the atom, followed both ways: what it came from, what came of it, and what else that
-- led to. depth: steps from the atom.
-- Level by level: a level is what the one before leads to and no earlier one had, so that an atom is met once however many ways
-- lead to it, and a cycle ends. The walk stops behind the level with which there are rows enough.
WITH RECURSIVE walk (depth, level, seen) AS (
    SELECT 0::bigint, ARRAY[a.atom_id], ARRAY[a.atom_id] FROM hartonomous.atom a WHERE a.tenant_id = $1 AND a.atom_id = $2
    UNION ALL
    SELECT walk.depth + 1, next.level, walk.seen || next.level
    FROM walk
    CROSS JOIN LATERAL (
        SELECT array_agg(far.id) AS level FROM (
            SELECT CASE near.id WHEN e.child_atom_id THEN e.parent_atom_id ELSE e.child_atom_id END AS id
            FROM unnest(walk.level) AS near (id)
            CROSS JOIN LATERAL (
                SELECT child_atom_id, parent_atom_id FROM hartonomous.provenance_edge WHERE tenant_id = $1 AND child_atom_id = near.id
                UNION ALL
                SELECT child_atom_id, parent_atom_id FROM hartonomous.provenance_edge WHERE tenant_id = $1 AND parent_atom_id = near.id) AS e
            EXCEPT SELECT unnest(walk.seen)) AS far) AS next
    WHERE walk.depth < $3 AND cardinality(walk.seen) <= $4 AND next.level IS NOT NULL
), reached AS MATERIALIZED (
    SELECT walk.depth, item.id FROM walk CROSS JOIN LATERAL unnest(walk.level) AS item (id)
), found AS (
    SELECT min(near.depth) + 1 AS depth, e.child_atom_id, e.parent_atom_id, e.type, min(e.derivation) AS derivation, min(e.confidence) AS confidence,
           min(e.operation_id) AS operation_id
    FROM reached near
    CROSS JOIN LATERAL (
        SELECT * FROM hartonomous.provenance_edge WHERE tenant_id = $1 AND child_atom_id = near.id
        UNION ALL
        SELECT * FROM hartonomous.provenance_edge WHERE tenant_id = $1 AND parent_atom_id = near.id) AS e
    WHERE near.depth < $3
    GROUP BY e.child_atom_id, e.parent_atom_id, e.type
)
SELECT f.depth, f.child_atom_id AS child, f.parent_atom_id AS parent, f.type, f.derivation, f.confidence, f.operation_id::text AS operation,
       a.modality || '/' || a.subtype AS kind, left(a.canonical_text, 100) AS text
FROM found f JOIN hartonomous.atom a ON a.tenant_id = $1 AND a.atom_id = f.child_atom_id
ORDER BY f.depth, f.child_atom_id, f.parent_atom_id, f.type COLLATE "C"
LIMIT $4
