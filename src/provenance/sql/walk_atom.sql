-- Is there the atom? $1 tenant (integer), $2 atom (bigint). One row where it is.
SELECT a.atom_id FROM hartonomous.atom a WHERE a.tenant_id = $1::integer AND a.atom_id = $2::bigint
