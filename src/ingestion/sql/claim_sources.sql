-- Locks the sources of a batch, in the order of their keys, so that two readers cannot wait for each other.
-- $1 integer[] tenants, $2 bigint[] sources: sorted, distinct
SELECT s.tenant_id, s.source_id, s.state, s.size, s.content_hash, s.file_name, s.declared_content_type, s.root_atom_id,
       coalesce(s.parent_source_id, 0) AS parent_source_id, s.depth, s.uri, s.content_type
FROM unnest($1::integer[], $2::bigint[]) AS wanted (tenant_id, source_id)
JOIN hartonomous.source s ON s.tenant_id = wanted.tenant_id AND s.source_id = wanted.source_id
ORDER BY s.tenant_id, s.source_id
FOR NO KEY UPDATE OF s
