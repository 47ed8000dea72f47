-- A job for each document atom that has none.
-- $1 integer[] tenants, $2 bigint[] document atoms: sorted, distinct; $3 text[] atomizers, $4 integer[] their versions,
-- $5 text Unicode version, $6 bigint[] bytes
INSERT INTO hartonomous.ingestion_job (tenant_id, root_atom_id, atomizer, atomizer_version, unicode_version, size)
SELECT tenant_id, root_atom_id, atomizer, version, $5, size
FROM unnest($1::integer[], $2::bigint[], $3::text[], $4::integer[], $6::bigint[]) AS job (tenant_id, root_atom_id, atomizer, version, size)
ON CONFLICT DO NOTHING
