-- $1 tenant ids (integer[]), $2 child atom ids (bigint[]), pairwise. What they were derived from.
SELECT e.tenant_id, e.parent_atom_id
FROM unnest($1::integer[], $2::bigint[]) AS wanted (tenant_id, child_atom_id)
JOIN hartonomous.provenance_edge e USING (tenant_id, child_atom_id)
