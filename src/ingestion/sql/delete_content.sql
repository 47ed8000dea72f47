-- Staged bytes of sources that are atoms now.
-- $1 integer[] tenants, $2 bigint[] sources
DELETE FROM hartonomous.content_chunk c
USING unnest($1::integer[], $2::bigint[]) AS done (tenant_id, source_id)
WHERE c.tenant_id = done.tenant_id AND c.source_id = done.source_id
