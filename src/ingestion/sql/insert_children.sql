-- Documents that lay in others: sources, and their bytes, each in one chunk. Numbers of identity columns are given in the order of
-- the rows, which is how a chunk finds its source.
-- $1 integer[] tenants, $2 bigint[] sources they lay in, $3 integer[] depths, $4 bigint[] sizes, $5 bytea[] SHA-256, $6 integer[] 1
-- where compressed, $7 text[] file names, $8 text[] URIs, $9 text[] content types, $10 text[] relations, $11 text[] problems,
-- $12 bytea[] bytes as staged
WITH child AS (
    SELECT *
    FROM unnest($1::integer[], $2::bigint[], $3::integer[], $4::bigint[], $5::bytea[], $6::integer[], $7::text[], $8::text[], $9::text[],
                $10::text[], $11::text[], $12::bytea[])
         WITH ORDINALITY AS item (tenant_id, parent_source_id, depth, size, content_hash, compressed, file_name, uri, content_type,
                                  relation, problem, data, n)
), added AS (
    INSERT INTO hartonomous.source (tenant_id, parent_source_id, depth, size, content_hash, file_name, uri, declared_content_type,
                                    relation, problem, state)
    SELECT tenant_id, parent_source_id, depth, size, content_hash, file_name, uri, content_type, relation, problem, 'queued'
    FROM child ORDER BY n
    RETURNING tenant_id, source_id
), numbered AS (
    SELECT tenant_id, source_id, row_number() OVER (ORDER BY source_id) AS n FROM added
), staged AS (
    INSERT INTO hartonomous.content_chunk (tenant_id, source_id, chunk_index, encoding, raw_size, data)
    SELECT numbered.tenant_id, numbered.source_id, 0, CASE WHEN child.compressed = 1 THEN 'zstd' ELSE 'plain' END, child.size, child.data
    FROM numbered JOIN child USING (n)
    WHERE child.size > 0
)
SELECT tenant_id, source_id FROM numbered ORDER BY n
