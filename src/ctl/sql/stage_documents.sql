-- Hands in small documents, each in one piece, but those that were handed in before and have not changed. $1 tenant
-- (integer), $2 content type (text) or null, then one element each: $3 file names (text[]), $4 URIs (text[]), $5 encodings
-- (text[]), $6 bytes (integer[]), $7 encoded bytes (bytea[]), $8 SHA-256 (bytea[]). Rows, in order: source, was it there before.
-- Each join needs the one before it, so a document is begun, filled and committed in this order.
SELECT coalesce(known.source_id, begun.source_id), known.source_id IS NOT NULL, committed.handle
FROM unnest($3::text[], $4::text[], $5::text[], $6::integer[], $7::bytea[], $8::bytea[])
         WITH ORDINALITY AS item (file_name, uri, encoding, raw_size, data, hash, n)
CROSS JOIN LATERAL (SELECT hartonomous.find_unchanged($1::integer, item.uri, item.hash) AS source_id OFFSET 0) AS known
LEFT JOIN LATERAL (SELECT hartonomous.stage_begin($1::integer, item.file_name, item.uri, $2::text) AS source_id
                   WHERE known.source_id IS NULL OFFSET 0) AS begun ON true
LEFT JOIN LATERAL (SELECT true AS done
                   FROM hartonomous.stage_chunk($1::integer, begun.source_id, 0, item.encoding, item.raw_size, item.data)
                   WHERE begun.source_id IS NOT NULL AND item.raw_size > 0 OFFSET 0) AS filled ON true
LEFT JOIN LATERAL (SELECT hartonomous.stage_commit($1::integer, begun.source_id, item.raw_size, item.hash) AS handle
                   WHERE begun.source_id IS NOT NULL AND (filled.done OR item.raw_size = 0) OFFSET 0) AS committed ON true
ORDER BY item.n
