-- $1 tenant ids (integer[]), $2 ids (bigint[]), pairwise. tenant, id, state; what is gone has no row.
SELECT wanted.tenant_id, wanted.id, json_build_object(
           'sourceId', s.source_id,
           'tenantId', s.tenant_id,
           'uri', s.uri,
           'fileName', s.file_name,
           'contentType', s.content_type,
           'size', s.size,
           'contentHash', encode(s.content_hash, 'hex'),
           'state', s.state,
           'relation', s.relation,
           'depth', s.depth,
           'problem', s.problem,
           'deliveredBy', s.delivered_by,
           'createdAt', hartonomous.microseconds(s.created_at),
           'completedAt', hartonomous.microseconds(s.completed_at),
           'version', s.version,
           'rootAtomId', s.root_atom_id,
           'parentSourceId', s.parent_source_id)::text
FROM unnest($1::integer[], $2::bigint[]) AS wanted (tenant_id, id)
JOIN hartonomous.source s ON s.tenant_id = wanted.tenant_id AND s.source_id = wanted.id
ORDER BY wanted.tenant_id, wanted.id
