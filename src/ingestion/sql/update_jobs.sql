-- $1 integer[] tenants, $2 bigint[] document atoms, $3 bigint[] bytes done, $4 bigint[] components done
UPDATE hartonomous.ingestion_job j
SET byte_offset = step.byte_offset, next_sequence = step.next_sequence,
    completed_at = CASE WHEN step.byte_offset = j.size THEN clock_timestamp() END
FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::bigint[]) AS step (tenant_id, root_atom_id, byte_offset, next_sequence)
WHERE j.tenant_id = step.tenant_id AND j.root_atom_id = step.root_atom_id
