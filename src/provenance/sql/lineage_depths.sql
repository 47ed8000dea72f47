-- $1 tenant, $2 atom, $3 depth, $4 limit. How deep the lineage of the atom is: for each depth upstream and downstream the atoms there, the links that
-- lead to them from the depth before, and how sure those are (counted in millionths, so that every order gives the same mean).
-- Level by level: a level is what the one before leads to and no earlier one had, so that an atom is met once however many ways
-- lead to it, and a cycle ends.
WITH RECURSIVE up (depth, level, seen) AS (
    SELECT 0::bigint, ARRAY[a.atom_id], ARRAY[a.atom_id] FROM hartonomous.atom a WHERE a.tenant_id = $1 AND a.atom_id = $2
    UNION ALL
    SELECT walk.depth + 1, next.level, walk.seen || next.level
    FROM up AS walk
    CROSS JOIN LATERAL (
        SELECT array_agg(far.id) AS level FROM (
            SELECT e.parent_atom_id AS id
            FROM unnest(walk.level) AS near (id)
            JOIN hartonomous.provenance_edge e ON e.tenant_id = $1 AND e.child_atom_id = near.id
            EXCEPT SELECT unnest(walk.seen)) AS far) AS next
    WHERE walk.depth < $3 AND next.level IS NOT NULL
), down (depth, level, seen) AS (
    SELECT 0::bigint, ARRAY[a.atom_id], ARRAY[a.atom_id] FROM hartonomous.atom a WHERE a.tenant_id = $1 AND a.atom_id = $2
    UNION ALL
    SELECT walk.depth + 1, next.level, walk.seen || next.level
    FROM down AS walk
    CROSS JOIN LATERAL (
        SELECT array_agg(far.id) AS level FROM (
            SELECT e.child_atom_id AS id
            FROM unnest(walk.level) AS near (id)
            JOIN hartonomous.provenance_edge e ON e.tenant_id = $1 AND e.parent_atom_id = near.id
            EXCEPT SELECT unnest(walk.seen)) AS far) AS next
    WHERE walk.depth < $3 AND next.level IS NOT NULL
)
SELECT direction, depth, atoms, links, mean_confidence
FROM (
    SELECT 'up' AS direction, far.depth, count(DISTINCT far.id) AS atoms, count(*) AS links,
           sum(floor(e.confidence * 1000000 + 0.5)::bigint)::double precision / 1000000 / count(*) AS mean_confidence
    FROM (SELECT walk.depth, item.id FROM up AS walk CROSS JOIN LATERAL unnest(walk.level) AS item (id)) AS near
    JOIN hartonomous.provenance_edge e ON e.tenant_id = $1 AND e.child_atom_id = near.id
    JOIN (SELECT walk.depth, item.id FROM up AS walk CROSS JOIN LATERAL unnest(walk.level) AS item (id)) AS far
      ON far.id = e.parent_atom_id AND far.depth = near.depth + 1
    GROUP BY far.depth
    UNION ALL
    SELECT 'down' AS direction, far.depth, count(DISTINCT far.id) AS atoms, count(*) AS links,
           sum(floor(e.confidence * 1000000 + 0.5)::bigint)::double precision / 1000000 / count(*) AS mean_confidence
    FROM (SELECT walk.depth, item.id FROM down AS walk CROSS JOIN LATERAL unnest(walk.level) AS item (id)) AS near
    JOIN hartonomous.provenance_edge e ON e.tenant_id = $1 AND e.parent_atom_id = near.id
    JOIN (SELECT walk.depth, item.id FROM down AS walk CROSS JOIN LATERAL unnest(walk.level) AS item (id)) AS far
      ON far.id = e.child_atom_id AND far.depth = near.depth + 1
    GROUP BY far.depth) AS counted
ORDER BY direction COLLATE "C" DESC, depth
LIMIT $4
