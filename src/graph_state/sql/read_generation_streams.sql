-- $1 tenant ids (integer[]), $2 ids (bigint[]), pairwise. tenant, id, state; what is gone has no row.
SELECT wanted.tenant_id, wanted.id, json_build_object(
           'streamId', g.stream_id,
           'tenantId', g.tenant_id,
           'name', g.name,
           'state', g.state,
           'errorText', g.error_text,
           'metadata', g.metadata::text,
           'createdAt', hartonomous.microseconds(g.created_at),
           'endedAt', hartonomous.microseconds(g.ended_at),
           'version', g.version,
           'modelId', m.name,
           'modelVersion', m.revision,
           'atoms', (SELECT coalesce(json_agg(json_build_object('ordinal', a.ordinal, 'atom', a.atom_id) ORDER BY a.ordinal), '[]')
                     FROM hartonomous.generated_atom a WHERE a.tenant_id = g.tenant_id AND a.stream_id = g.stream_id))::text
FROM unnest($1::integer[], $2::bigint[]) AS wanted (tenant_id, id)
JOIN hartonomous.generation_stream g ON g.tenant_id = wanted.tenant_id AND g.stream_id = wanted.id
LEFT JOIN hartonomous.model m ON m.model_id = g.model_id
ORDER BY wanted.tenant_id, wanted.id
