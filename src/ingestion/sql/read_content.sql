-- The staged chunks that hold bytes $3 up to $4 of each source, in order of the source's number in the arrays.
-- $1 integer[] tenants, $2 bigint[] sources, $3 bigint[] from, $4 bigint[] until (exclusive)
SELECT wanted.n - 1 AS document, chunk.start, chunk.encoding, chunk.raw_size, chunk.data
FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS wanted (tenant_id, source_id, from_byte, until_byte, n)
CROSS JOIN LATERAL
     (SELECT c.chunk_index, c.encoding, c.raw_size, c.data,
             sum(c.raw_size) OVER (ORDER BY c.chunk_index) - c.raw_size AS start
      FROM hartonomous.content_chunk c
      WHERE c.tenant_id = wanted.tenant_id AND c.source_id = wanted.source_id) AS chunk
WHERE chunk.start < wanted.until_byte AND chunk.start + chunk.raw_size > wanted.from_byte
ORDER BY wanted.n, chunk.chunk_index
