-- $1 integer tenant, $2 bigint source, $3 integer index, $4 text encoding, $5 integer bytes, $6 bytea the bytes as encoded
INSERT INTO hartonomous.content_chunk (tenant_id, source_id, chunk_index, encoding, raw_size, data)
VALUES ($1, $2, $3, $4, $5, $6)
