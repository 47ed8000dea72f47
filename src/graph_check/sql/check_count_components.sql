-- $1 tenant id (integer), $2 modalities whose components are left out (text, separated by blanks; *: all). Components in all.
SELECT coalesce(sum(cardinality(run.components)), 0)::bigint
FROM hartonomous.composition_run run
WHERE run.tenant_id = $1::integer
  AND $2::text <> '*'
  AND NOT EXISTS (SELECT FROM hartonomous.atom parent
                  WHERE parent.tenant_id = $1::integer AND parent.atom_id = run.parent_atom_id
                    AND parent.modality = ANY (string_to_array($2::text, ' ')))
