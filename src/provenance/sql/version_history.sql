-- $1 tenant, $2 uri, $3 limit. Every delivery of the document at this URI, oldest first; changed: has it other bytes than the one before (null: not known yet)?
SELECT row_number() OVER delivery AS version, s.source_id AS source, s.root_atom_id AS atom, encode(s.content_hash, 'hex') AS hash,
       s.content_hash <> lag(s.content_hash, 1, s.content_hash) OVER delivery AS changed,
       s.size, s.content_type, s.state, s.problem, s.delivered_by, hartonomous.microseconds(s.created_at) AS created_at, hartonomous.microseconds(s.completed_at) AS completed_at
FROM hartonomous.source s
WHERE s.tenant_id = $1 AND s.uri = $2
WINDOW delivery AS (ORDER BY s.created_at, s.source_id)
ORDER BY version
LIMIT $3
