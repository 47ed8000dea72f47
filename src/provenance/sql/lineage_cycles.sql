-- $1 tenant, $2 depth, $3 limit. Links that close a cycle of at most $2 links: there must be none. A cycle leads from a smaller id to a larger one
-- somewhere, and back somewhere: so only the links in that of both directions need looking at that has fewer of them, and in most
-- graphs, where children are younger than parents, hardly any has. For these the parent's lineage is walked, level by level, and the child looked for.
WITH way AS MATERIALIZED (
    SELECT count(*) FILTER (WHERE child_atom_id > parent_atom_id) < count(*) FILTER (WHERE child_atom_id < parent_atom_id) AS back
    FROM hartonomous.provenance_edge WHERE tenant_id = $1
), candidate AS MATERIALIZED (
    SELECT e.child_atom_id, e.parent_atom_id, e.type, e.derivation
    FROM way JOIN hartonomous.provenance_edge e ON e.tenant_id = $1 AND (e.child_atom_id > e.parent_atom_id) = way.back
    WHERE EXISTS (SELECT FROM hartonomous.provenance_edge above WHERE above.tenant_id = $1 AND above.child_atom_id = e.parent_atom_id)
      AND EXISTS (SELECT FROM hartonomous.provenance_edge below WHERE below.tenant_id = $1 AND below.parent_atom_id = e.child_atom_id)
)
SELECT c.child_atom_id AS child, c.parent_atom_id AS parent, c.type, c.derivation, above.depth + 1 AS length
FROM (SELECT DISTINCT parent_atom_id AS id FROM candidate) AS parent
CROSS JOIN LATERAL (
    WITH RECURSIVE walk (depth, level, seen) AS (
    SELECT 0::bigint, ARRAY[parent.id], ARRAY[parent.id]
    UNION ALL
    SELECT walk.depth + 1, next.level, walk.seen || next.level
    FROM walk
    CROSS JOIN LATERAL (
        SELECT array_agg(far.id) AS level FROM (
            SELECT e.parent_atom_id AS id
            FROM unnest(walk.level) AS near (id)
            JOIN hartonomous.provenance_edge e ON e.tenant_id = $1 AND e.child_atom_id = near.id
            EXCEPT SELECT unnest(walk.seen)) AS far) AS next
    WHERE walk.depth < $2 - 1 AND next.level IS NOT NULL
)
    SELECT walk.depth, item.id FROM walk CROSS JOIN LATERAL unnest(walk.level) AS item (id)) AS above
JOIN candidate c ON c.parent_atom_id = parent.id AND c.child_atom_id = above.id
ORDER BY c.child_atom_id, c.parent_atom_id, c.type COLLATE "C"
LIMIT $3
