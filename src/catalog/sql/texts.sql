-- Subtype and text of some atoms, in the order asked for. $1 tenants (integer[]), $2 atoms (bigint[]).
SELECT a.subtype, coalesce(a.canonical_text, '')
FROM unnest($1::integer[], $2::bigint[]) WITH ORDINALITY AS wanted (tenant_id, atom_id, n)
JOIN hartonomous.atom a ON a.tenant_id = wanted.tenant_id AND a.atom_id = wanted.atom_id
ORDER BY wanted.n
