-- $1 tenant, $2 parents, $3 limit. Atoms that came from several: $2 parents or more. Those with most parents first.
SELECT a.atom_id AS atom, m.parents, m.derivations, m.operations, a.modality || '/' || a.subtype AS kind, left(a.canonical_text, 100) AS text, hartonomous.microseconds(a.created_at) AS created_at
FROM (SELECT e.child_atom_id, count(DISTINCT e.parent_atom_id) AS parents, count(DISTINCT e.derivation) AS derivations,
             count(DISTINCT e.operation_id) AS operations
      FROM hartonomous.provenance_edge e WHERE e.tenant_id = $1
      GROUP BY e.child_atom_id HAVING count(DISTINCT e.parent_atom_id) >= $2
      ORDER BY parents DESC, e.child_atom_id LIMIT $3) AS m
JOIN hartonomous.atom a ON a.tenant_id = $1 AND a.atom_id = m.child_atom_id
ORDER BY m.parents DESC, a.atom_id
