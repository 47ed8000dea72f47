-- One step upstream from each of some atoms: what it was derived from, the version before it, what it is a component of, and the
-- source it came from. $1 tenant (integer), $2 atoms (bigint[]), $3 at most so many rows (bigint).
-- No index leads from a component to its wholes: all compositions of the tenant are read once, for all atoms together.
WITH step AS (
    (SELECT e.child_atom_id AS atom, e.type, 'Atom' AS node, e.parent_atom_id AS id, 1::bigint AS times, e.derivation, e.confidence
     FROM hartonomous.provenance_edge e
     WHERE e.tenant_id = $1::integer AND e.child_atom_id = ANY ($2::bigint[])
     ORDER BY e.type, e.child_atom_id, e.parent_atom_id LIMIT $3::bigint)
    UNION ALL
    (SELECT c.id, 'HAS_COMPONENT', 'Atom', r.parent_atom_id, count(*), NULL, NULL
     FROM hartonomous.composition_run r
     CROSS JOIN LATERAL unnest(r.components) AS c (id)
     JOIN (SELECT unnest($2::bigint[]) AS id) AS wanted ON wanted.id = c.id
     WHERE r.tenant_id = $1::integer
     GROUP BY c.id, r.parent_atom_id
     ORDER BY c.id, r.parent_atom_id LIMIT $3::bigint)
    UNION ALL
    (SELECT s.root_atom_id, 'INGESTED_FROM', 'Source', s.source_id, 1, NULL, NULL
     FROM hartonomous.source s
     WHERE s.tenant_id = $1::integer AND s.root_atom_id = ANY ($2::bigint[])
     ORDER BY s.root_atom_id, s.source_id LIMIT $3::bigint)
)
SELECT step.atom, step.type, step.node, step.id, step.times,
       CASE WHEN a.atom_id IS NOT NULL THEN a.modality || '/' || a.subtype ELSE s.content_type END AS kind,
       coalesce(left(a.canonical_text, 100), s.file_name) AS text, s.uri, step.derivation, step.confidence
FROM step
LEFT JOIN hartonomous.atom a ON step.node = 'Atom' AND a.tenant_id = $1::integer AND a.atom_id = step.id
LEFT JOIN hartonomous.source s ON step.node = 'Source' AND s.tenant_id = $1::integer AND s.source_id = step.id
ORDER BY step.type COLLATE "C", step.node COLLATE "C", step.atom, step.id
LIMIT $3::bigint
