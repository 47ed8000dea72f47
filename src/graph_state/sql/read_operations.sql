-- $1 tenant ids (integer[]), $2 ids (bigint[]), pairwise. tenant, id, state; what is gone has no row.
SELECT wanted.tenant_id, wanted.id, json_build_object(
           'operationId', o.operation_id::text,
           'tenantId', o.tenant_id,
           'operationType', o.operation_type,
           'name', o.name,
           'state', o.state,
           'errorType', o.error_type,
           'errorText', o.error_text,
           'metadata', o.metadata::text,
           'createdAt', hartonomous.microseconds(o.created_at),
           'endedAt', hartonomous.microseconds(o.ended_at),
           'durationUs', hartonomous.microseconds(o.ended_at) - hartonomous.microseconds(o.created_at),
           'version', o.version,
           'requestedBy', o.user_id,
           'inputs', coalesce(edge.inputs, '[]'),
           'outputs', coalesce(edge.outputs, '[]'))::text
FROM unnest($1::integer[], $2::bigint[]) AS wanted (tenant_id, id)
JOIN hartonomous.operation o ON o.tenant_id = wanted.tenant_id AND o.operation_id = wanted.id
CROSS JOIN LATERAL (SELECT jsonb_agg(DISTINCT e.parent_atom_id ORDER BY e.parent_atom_id) AS inputs, jsonb_agg(DISTINCT e.child_atom_id ORDER BY e.child_atom_id) AS outputs
                    FROM hartonomous.provenance_edge e WHERE e.tenant_id = wanted.tenant_id AND e.operation_id = wanted.id) AS edge
ORDER BY wanted.tenant_id, wanted.id
