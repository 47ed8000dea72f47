-- $1 tenant id, $2 atom id, $3 first sequence index wanted, $4 how many. The runs that hold them, and the number of components
-- the atom has in all. No rows: it has none from $3 on, or is of a modality in $5 (text, separated by blanks).
SELECT run.first_sequence, run.components,
       (SELECT last.first_sequence + cardinality(last.components)
        FROM hartonomous.composition_run last
        WHERE last.tenant_id = $1::integer AND last.parent_atom_id = $2::bigint
        ORDER BY last.first_sequence DESC LIMIT 1) AS total
FROM hartonomous.composition_run run
WHERE run.tenant_id = $1::integer AND run.parent_atom_id = $2::bigint AND run.first_sequence < $3::bigint + $4::bigint
  AND run.first_sequence >= coalesce((SELECT max(before.first_sequence)
                                      FROM hartonomous.composition_run before
                                      WHERE before.tenant_id = $1::integer AND before.parent_atom_id = $2::bigint
                                        AND before.first_sequence <= $3::bigint), 0)
  AND NOT EXISTS (SELECT FROM hartonomous.atom parent
                  WHERE parent.tenant_id = $1::integer AND parent.atom_id = $2::bigint
                    AND parent.modality = ANY (string_to_array($5::text, ' ')))
ORDER BY run.first_sequence
