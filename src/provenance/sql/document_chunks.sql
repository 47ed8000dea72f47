-- 2.1 The components of a source's document, in their order. $1 tenant, $2 source, $3 first sequence index wanted, $4 limit.
SELECT c.parent_atom_id AS document, c.sequence_index AS sequence, a.atom_id AS atom, a.modality || '/' || a.subtype AS type,
       a.size, left(a.canonical_text, 100) AS text
FROM hartonomous.source s
JOIN hartonomous.composition c ON c.tenant_id = s.tenant_id AND c.parent_atom_id = s.root_atom_id
JOIN hartonomous.atom a ON a.tenant_id = c.tenant_id AND a.atom_id = c.component_atom_id
WHERE s.tenant_id = $1::integer AND s.source_id = $2::bigint AND c.sequence_index >= $3::bigint
ORDER BY sequence, atom LIMIT $4::bigint
