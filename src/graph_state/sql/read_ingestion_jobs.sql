-- $1 tenant ids (integer[]), $2 ids (bigint[]), pairwise. tenant, id, state; what is gone has no row.
SELECT wanted.tenant_id, wanted.id, json_build_object(
           'operationId', 'ingestion:' || j.root_atom_id,
           'tenantId', j.tenant_id,
           'operationType', 'ingestion',
           'name', j.atomizer,
           'state', CASE WHEN j.completed_at IS NULL THEN 'running' ELSE 'complete' END,
           'atomizerVersion', j.atomizer_version,
           'size', j.size,
           'components', j.next_sequence,
           'nodes', j.nodes,
           'problem', j.problem,
           'createdAt', hartonomous.microseconds(j.started_at),
           'endedAt', hartonomous.microseconds(j.completed_at),
           'durationUs', hartonomous.microseconds(j.completed_at) - hartonomous.microseconds(j.started_at),
           'rootAtomId', j.root_atom_id)::text
FROM unnest($1::integer[], $2::bigint[]) AS wanted (tenant_id, id)
JOIN hartonomous.ingestion_job j ON j.tenant_id = wanted.tenant_id AND j.root_atom_id = wanted.id
ORDER BY wanted.tenant_id, wanted.id
