-- What a server said of a document when it was fetched. $1 tenant (integer), $2 URI (text). Columns: ETag, Last-Modified, "" for none.
SELECT coalesce(f.etag, ''), coalesce(f.last_modified, '')
FROM hartonomous.fetched f
WHERE f.tenant_id = $1::integer AND f.uri_hash = sha256(convert_to($2::text, 'UTF8'))
