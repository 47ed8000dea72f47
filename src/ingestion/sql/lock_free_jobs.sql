-- As lock_jobs.sql, but leaves out what another reader holds.
-- $1 integer[] tenants, $2 bigint[] document atoms
SELECT j.tenant_id, j.root_atom_id, j.atomizer, j.atomizer_version, j.unicode_version, j.byte_offset, j.next_sequence,
       j.completed_at IS NOT NULL AS complete, j.events_done, j.nodes
FROM unnest($1::integer[], $2::bigint[]) AS wanted (tenant_id, root_atom_id)
JOIN hartonomous.ingestion_job j ON j.tenant_id = wanted.tenant_id AND j.root_atom_id = wanted.root_atom_id
ORDER BY j.tenant_id, j.root_atom_id
FOR NO KEY UPDATE OF j SKIP LOCKED
