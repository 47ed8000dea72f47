-- $1 tenant, $2 hash, $3 depth, $4 limit. The atoms whose content has this SHA-256 (depth 0: equal bytes may be several atoms, each of its
-- kind) and everything they came from, one row an atom, nearest first. child: what was made from it, of several the smallest id.
-- Level by level: a level is what the one before leads to and no earlier one had, so that an atom is met once however many ways
-- lead to it, and a cycle ends. The walk stops behind the level with which there are rows enough.
WITH RECURSIVE walk (depth, level, seen) AS (
    SELECT 0::bigint, start.ids, start.ids
    FROM (SELECT array_agg(a.atom_id) AS ids FROM hartonomous.atom a
          WHERE a.tenant_id = $1 AND a.content_hash = CASE WHEN $2 ~ '^[0-9a-fA-F]{64}$' THEN decode($2, 'hex') END) AS start
    WHERE start.ids IS NOT NULL
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
    SELECT DISTINCT ON (far.depth, far.id) far.depth, far.id, e.child_atom_id, e.type, e.derivation
    FROM reached near
    JOIN hartonomous.provenance_edge e ON e.tenant_id = $1 AND e.child_atom_id = near.id
    JOIN reached far ON far.id = e.parent_atom_id AND far.depth = near.depth + 1
    ORDER BY far.depth, far.id, near.id, e.type COLLATE "C"
)
SELECT r.depth, a.atom_id AS atom, l.child_atom_id AS child, l.type, l.derivation, a.modality || '/' || a.subtype AS kind,
       encode(a.content_hash, 'hex') AS hash, left(a.canonical_text, 100) AS text
FROM reached r
LEFT JOIN nearest l ON l.depth = r.depth AND l.id = r.id
JOIN hartonomous.atom a ON a.tenant_id = $1 AND a.atom_id = r.id
ORDER BY r.depth, r.id
LIMIT $4
