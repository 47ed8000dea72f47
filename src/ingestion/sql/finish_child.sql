-- $1 integer tenant, $2 bigint source, $3 bigint size, $4 bytea SHA-256, $5 text problem or null
UPDATE hartonomous.source
SET state = 'queued', size = $3, content_hash = $4, problem = $5, version = nextval('hartonomous.state_version')
WHERE tenant_id = $1 AND source_id = $2
