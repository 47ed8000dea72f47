-- 2.3 What was delivered, newest first. $1 tenant, $2 the role that delivered it, null for all, $3 limit.
SELECT s.delivered_by AS user, s.source_id AS source, s.file_name AS name, s.uri, s.content_type AS type, s.size, s.state, s.problem,
       s.root_atom_id AS document, hartonomous.microseconds(s.created_at) AS delivered,
       hartonomous.microseconds(s.completed_at) AS completed
FROM hartonomous.source s
WHERE s.tenant_id = $1::integer AND ($2::text IS NULL OR s.delivered_by = $2::text)
ORDER BY delivered DESC, source DESC LIMIT $3::bigint
