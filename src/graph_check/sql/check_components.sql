-- $1 tenant id (integer), $2 after, $3 to (bigint; null: no end): parents; $4 from, $5 until (bigint): sequence indexes; $6
-- modalities whose components are left out (text, separated by blanks; *: all). The runs in which these lie.
SELECT run.parent_atom_id, run.first_sequence, run.components
FROM hartonomous.composition_run run
WHERE run.tenant_id = $1::integer AND run.parent_atom_id > $2::bigint AND run.parent_atom_id <= coalesce($3::bigint, 9223372036854775807)
  AND run.first_sequence < $5::bigint AND run.first_sequence + cardinality(run.components) > $4::bigint
  AND $6::text <> '*'
  AND NOT EXISTS (SELECT FROM hartonomous.atom parent
                  WHERE parent.tenant_id = $1::integer AND parent.atom_id = run.parent_atom_id
                    AND parent.modality = ANY (string_to_array($6::text, ' ')))
ORDER BY run.parent_atom_id, run.first_sequence
