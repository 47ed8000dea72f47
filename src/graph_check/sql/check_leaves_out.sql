-- $1 tenant id (integer), $2 modalities whose components are left out (text, separated by blanks; *: all). Is anything of the tenant left out?
SELECT EXISTS (SELECT FROM hartonomous.composition_run run
               JOIN hartonomous.atom parent ON parent.tenant_id = run.tenant_id AND parent.atom_id = run.parent_atom_id
               WHERE run.tenant_id = $1::integer
                 AND ($2::text = '*' OR parent.modality = ANY (string_to_array($2::text, ' '))))
