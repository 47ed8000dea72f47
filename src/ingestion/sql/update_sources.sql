-- $1 integer[] tenants, $2 bigint[] sources, $3 bigint[] document atoms, $4 text[] content types (null: as it was),
-- $5 integer[] 1 where complete
UPDATE hartonomous.source s
SET state = CASE WHEN step.complete = 1 THEN 'complete' ELSE 'atomizing' END, root_atom_id = step.root_atom_id,
    content_type = coalesce(step.content_type, s.content_type), version = nextval('hartonomous.state_version'),
    completed_at = CASE WHEN step.complete = 1 THEN clock_timestamp() END
FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::text[], $5::integer[]) AS step (tenant_id, source_id, root_atom_id, content_type, complete)
WHERE s.tenant_id = step.tenant_id AND s.source_id = step.source_id
