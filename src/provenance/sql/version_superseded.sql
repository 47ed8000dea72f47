-- $1 tenant, $2 limit. What there is something newer of: atoms that are said to be superseded, revisions of models (which belong to all tenants),
-- and sources whose URI was delivered again; each with the next newer one.
SELECT kind, kind || ' ' || older AS older, kind || ' ' || newer AS newer, name, hartonomous.microseconds(at) AS superseded_at
FROM (
    SELECT 'atom' AS kind, e.parent_atom_id AS place, e.child_atom_id AS next, e.parent_atom_id::text AS older, e.child_atom_id::text AS newer,
           left(a.canonical_text, 100) AS name, e.created_at AS at
    FROM hartonomous.provenance_edge e JOIN hartonomous.atom a ON a.tenant_id = $1 AND a.atom_id = e.parent_atom_id
    WHERE e.tenant_id = $1 AND e.type = 'SUPERSEDED_BY'
    UNION ALL
    SELECT 'model', m.model_id, m.next, m.name || ' ' || m.revision, m.name || ' ' || m.next_revision, m.name, m.at
    FROM (SELECT m.model_id, m.name, m.revision, lead(m.model_id) OVER revisions AS next, lead(m.revision) OVER revisions AS next_revision,
                 lead(m.created_at) OVER revisions AS at
          FROM hartonomous.model m WINDOW revisions AS (PARTITION BY m.name ORDER BY m.created_at, m.model_id)) AS m
    WHERE m.next IS NOT NULL
    UNION ALL
    SELECT 'source', s.source_id, s.next, s.source_id::text, s.next::text, s.uri, s.at
    FROM (SELECT s.source_id, s.uri, lead(s.source_id) OVER deliveries AS next, lead(s.created_at) OVER deliveries AS at
          FROM hartonomous.source s WHERE s.tenant_id = $1 AND s.uri IS NOT NULL
          WINDOW deliveries AS (PARTITION BY s.uri ORDER BY s.created_at, s.source_id)) AS s
    WHERE s.next IS NOT NULL) AS superseded
ORDER BY kind COLLATE "C", place, next
LIMIT $2
