-- One step from each of some atoms to what it would touch if it went: what was derived from it, the version behind it, wholes and
-- sources that contain it, inferences and streams that used or generated it. $1 tenant (integer), $2 atoms (bigint[]), $3 at
-- most so many rows (bigint).
-- No index leads from a component to its wholes: all compositions of the tenant are read once, for all atoms together.
WITH step AS (
    (SELECT e.parent_atom_id AS atom, e.type, 'Atom' AS node, e.child_atom_id AS id, 1::bigint AS times, e.derivation, e.confidence
     FROM hartonomous.provenance_edge e
     WHERE e.tenant_id = $1::integer AND e.parent_atom_id = ANY ($2::bigint[])
     ORDER BY e.type, e.parent_atom_id, e.child_atom_id LIMIT $3::bigint)
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
    UNION ALL
    (SELECT u.atom_id, CASE u.role WHEN 'input' THEN 'HAD_INPUT' WHEN 'used' THEN 'USED_ATOM' ELSE 'GENERATED' END AS type,
            'Inference', u.inference_id, count(*), NULL, NULL
     FROM hartonomous.inference_atom u
     WHERE u.tenant_id = $1::integer AND u.atom_id = ANY ($2::bigint[])
     GROUP BY u.atom_id, u.role, u.inference_id
     ORDER BY type, u.atom_id, u.inference_id LIMIT $3::bigint)
    UNION ALL
    (SELECT g.atom_id, 'GENERATED', 'GenerationStream', g.stream_id, count(*), NULL, NULL
     FROM hartonomous.generated_atom g
     WHERE g.tenant_id = $1::integer AND g.atom_id = ANY ($2::bigint[])
     GROUP BY g.atom_id, g.stream_id
     ORDER BY g.atom_id, g.stream_id LIMIT $3::bigint)
)
SELECT step.atom, step.type, step.node, step.id, step.times,
       CASE step.node WHEN 'Atom' THEN a.modality || '/' || a.subtype WHEN 'Source' THEN s.content_type ELSE i.task_type END AS kind,
       coalesce(left(a.canonical_text, 100), s.file_name, g.name) AS text, s.uri, step.derivation, step.confidence
FROM step
LEFT JOIN hartonomous.atom a ON step.node = 'Atom' AND a.tenant_id = $1::integer AND a.atom_id = step.id
LEFT JOIN hartonomous.source s ON step.node = 'Source' AND s.tenant_id = $1::integer AND s.source_id = step.id
LEFT JOIN hartonomous.inference i ON step.node = 'Inference' AND i.tenant_id = $1::integer AND i.inference_id = step.id
LEFT JOIN hartonomous.generation_stream g ON step.node = 'GenerationStream' AND g.tenant_id = $1::integer AND g.stream_id = step.id
ORDER BY step.type COLLATE "C", step.node COLLATE "C", step.atom, step.id
LIMIT $3::bigint
