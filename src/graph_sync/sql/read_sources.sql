-- $1 tenant ids (integer[]), $2 source ids (bigint[]), pairwise. One JSON object a row, as write_sources.cypher and the
-- link_… of sources take it.
SELECT json_build_object(
           'sourceId', s.source_id, 'tenantId', s.tenant_id, 'uri', s.uri, 'fileName', s.file_name,
           'contentType', s.content_type, 'size', s.size, 'contentHash', encode(s.content_hash, 'hex'), 'state', s.state,
           'atomizer', job.atomizer, 'atomizerVersion', job.atomizer_version, 'rootAtomId', s.root_atom_id,
           'createdAt', to_char(s.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
           'completedAt', to_char(s.completed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
           'version', s.version)::text
FROM unnest($1::integer[], $2::bigint[]) AS wanted (tenant_id, source_id)
JOIN hartonomous.source s USING (tenant_id, source_id)
LEFT JOIN hartonomous.ingestion_job job ON job.tenant_id = s.tenant_id AND job.root_atom_id = s.root_atom_id
ORDER BY s.tenant_id, s.source_id
