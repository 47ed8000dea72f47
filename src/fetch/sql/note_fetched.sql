-- Keeps what a server said of a document. $1 tenant (integer), $2 URI (text), $3 source (bigint), $4 ETag, $5 Last-Modified (text), null for none.
INSERT INTO hartonomous.fetched AS f (tenant_id, uri_hash, source_id, etag, last_modified)
VALUES ($1::integer, sha256(convert_to($2::text, 'UTF8')), $3::bigint, $4::text, $5::text)
ON CONFLICT (tenant_id, uri_hash) DO UPDATE
    SET source_id = excluded.source_id, etag = excluded.etag, last_modified = excluded.last_modified, fetched_at = now()
