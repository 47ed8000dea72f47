-- $1 atom ids (bigint[]). Whose they are; what is gone has no row.
SELECT a.tenant_id, a.atom_id
FROM unnest($1::bigint[]) AS wanted (atom_id)
CROSS JOIN hartonomous.tenant t
JOIN hartonomous.atom a ON a.tenant_id = t.tenant_id AND a.atom_id = wanted.atom_id
