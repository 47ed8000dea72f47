-- $1 tenant id (integer), $2 after (bigint), $3 at most so many (bigint), $4 modalities whose components are left out (text,
-- separated by blanks; *: all). Atoms that have components in the graph, ascending, and how many.
SELECT run.parent_atom_id, sum(cardinality(run.components))::bigint
FROM hartonomous.composition_run run
WHERE run.tenant_id = $1::integer AND run.parent_atom_id > $2::bigint
  AND $4::text <> '*'
  AND NOT EXISTS (SELECT FROM hartonomous.atom parent
                  WHERE parent.tenant_id = $1::integer AND parent.atom_id = run.parent_atom_id
                    AND parent.modality = ANY (string_to_array($4::text, ' ')))
GROUP BY run.parent_atom_id
ORDER BY run.parent_atom_id
LIMIT $3::bigint
