-- $1 tenant, $2 uri (null: every document), $3 at, $4 limit. Which version of each document was in force at that time: the latest delivery
-- that was complete by then. newer: how many came since.
SELECT DISTINCT ON (d.uri COLLATE "C") d.uri, d.nth AS version, d.versions - d.nth AS newer, d.source_id AS source, d.root_atom_id AS atom,
       encode(d.content_hash, 'hex') AS hash, d.size, d.content_type, hartonomous.microseconds(d.created_at) AS created_at,
       hartonomous.microseconds(d.completed_at) AS completed_at
FROM (SELECT s.*, row_number() OVER (PARTITION BY s.uri ORDER BY s.created_at, s.source_id) AS nth, count(*) OVER (PARTITION BY s.uri) AS versions
      FROM hartonomous.source s WHERE s.tenant_id = $1 AND s.uri IS NOT NULL AND ($2::text IS NULL OR s.uri = $2::text)) AS d
WHERE hartonomous.microseconds(d.completed_at) <= $3
ORDER BY d.uri COLLATE "C", d.nth DESC
LIMIT $4
