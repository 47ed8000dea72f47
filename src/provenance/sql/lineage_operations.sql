-- $1 tenant, $2 atom, $3 depth, $4 limit. Every link upstream of the atom with the operation that made it, where one did; nearest first.
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
)
SELECT near.depth + 1 AS depth, e.child_atom_id AS child, e.parent_atom_id AS parent, e.type, e.derivation, o.operation_id::text AS operation,
       o.operation_type, o.name, o.state, hartonomous.microseconds(o.ended_at) - hartonomous.microseconds(o.created_at) AS duration_us,
       hartonomous.microseconds(e.created_at) AS recorded_at
FROM reached near
JOIN hartonomous.provenance_edge e ON e.tenant_id = $1 AND e.child_atom_id = near.id
LEFT JOIN hartonomous.operation o ON o.tenant_id = $1 AND o.operation_id = e.operation_id
WHERE near.depth < $3
ORDER BY near.depth, e.child_atom_id, e.parent_atom_id, e.type COLLATE "C"
LIMIT $4
