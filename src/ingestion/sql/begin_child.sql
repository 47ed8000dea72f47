-- A document that lay in another and comes in pieces.
-- $1 integer tenant, $2 bigint source it lay in, $3 integer depth, $4 text file name, $5 text URI, $6 text content type, $7 text relation
INSERT INTO hartonomous.source (tenant_id, parent_source_id, depth, file_name, uri, declared_content_type, relation)
VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING source_id
