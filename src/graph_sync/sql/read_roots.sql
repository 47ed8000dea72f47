-- $1 tenant ids (integer[]), $2 source ids (bigint[]), pairwise. Their document atoms; what is not read
-- yet has none, and no row.
SELECT s.tenant_id, s.source_id, s.root_atom_id
FROM unnest($1::integer[], $2::bigint[]) AS wanted (tenant_id, source_id)
JOIN hartonomous.source s USING (tenant_id, source_id)
WHERE s.root_atom_id IS NOT NULL
