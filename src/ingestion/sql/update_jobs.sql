-- How far documents are. What a document says of itself comes as JSON objects, the later ones win.
-- $1 integer[] tenants, $2 bigint[] document atoms, $3 bigint[] bytes done, $4 bigint[] components done, $5 bigint[] events done,
-- $6 bigint[] nodes done, $7 integer[] 1 where complete, $8 text[] metadata: objects by comma, or null, $9 text[] problems or null
UPDATE hartonomous.ingestion_job j
SET byte_offset = step.byte_offset, next_sequence = step.next_sequence, events_done = step.events_done, nodes = step.nodes,
    metadata = coalesce((SELECT jsonb_object_agg(said.key, said.value)
                         FROM jsonb_array_elements(('[' || step.metadata || ']')::jsonb) AS part, jsonb_each(part) AS said), j.metadata),
    problem = coalesce(step.problem, j.problem),
    completed_at = CASE WHEN step.complete = 1 THEN clock_timestamp() END
FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::integer[], $8::text[], $9::text[])
     AS step (tenant_id, root_atom_id, byte_offset, next_sequence, events_done, nodes, complete, metadata, problem)
WHERE j.tenant_id = step.tenant_id AND j.root_atom_id = step.root_atom_id
