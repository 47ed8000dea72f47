-- Sources that lay in a source, in their order there. $1 tenant (integer), $2 source (bigint). Columns: source, relation, file name,
-- content type, size or -1, state, problem.
SELECT s.source_id, s.relation, s.file_name, coalesce(s.content_type, ''), coalesce(s.size, -1), s.state, coalesce(s.problem, '')
FROM hartonomous.source_status s
WHERE s.tenant_id = $1::integer AND s.parent_source_id = $2::bigint
ORDER BY s.source_id
