-- $1 tenant, $2 limit. Atoms that are used most: as components of documents, as parents of other atoms, by inferences (as input or as
-- what they rest on), and looked at.
WITH used AS (
    SELECT item.id, count(*) AS components, 0::bigint AS children, 0::bigint AS inferences, 0::bigint AS accesses
    FROM hartonomous.composition_run run CROSS JOIN LATERAL unnest(run.components) AS item (id) WHERE run.tenant_id = $1 GROUP BY item.id
    UNION ALL
    SELECT parent_atom_id, 0, count(*), 0, 0 FROM hartonomous.provenance_edge WHERE tenant_id = $1 GROUP BY parent_atom_id
    UNION ALL
    SELECT atom_id, 0, 0, count(*), 0 FROM hartonomous.inference_atom WHERE tenant_id = $1 AND role IN ('input', 'used') GROUP BY atom_id
    UNION ALL
    SELECT atom_id, 0, 0, 0, count(*) FROM hartonomous.access_event WHERE tenant_id = $1 GROUP BY atom_id
), most AS (
    SELECT id, sum(components + children + inferences + accesses)::bigint AS uses, sum(components)::bigint AS components, sum(children)::bigint AS children,
           sum(inferences)::bigint AS inferences, sum(accesses)::bigint AS accesses
    FROM used GROUP BY id
    ORDER BY uses DESC, id
    LIMIT $2
)
SELECT m.id AS atom, m.uses, m.components, m.children, m.inferences, m.accesses, a.modality || '/' || a.subtype AS kind, left(a.canonical_text, 100) AS text
FROM most m JOIN hartonomous.atom a ON a.tenant_id = $1 AND a.atom_id = m.id
ORDER BY m.uses DESC, m.id
