-- Sources, newest first. $1 tenant (integer) or null, $2 state (text) or null, $3 source id (bigint) or null, $4 at most
-- so many (bigint) or null, $5 source they lay in (bigint) or null, $6 only those with a problem (boolean). Numbers are unique over all tenants, but the key is led by the tenant: the join
-- looks it up there. What the view adds is looked up for those rows only that are wanted.
SELECT s.tenant_id, s.source_id, coalesce(s.uri, ''), s.file_name, coalesce(s.content_type, ''), s.state,
       coalesce(s.failure, ''), coalesce(encode(s.content_hash, 'hex'), ''), coalesce(s.atomizer, ''),
       coalesce(s.unicode_version, ''),
       coalesce(to_char(s.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), ''),
       coalesce(to_char(s.completed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), ''),
       coalesce(s.size, -1), coalesce(s.root_atom_id, -1), coalesce(s.byte_offset, 0), coalesce(s.components, 0),
       coalesce(s.atomizer_version, 0), coalesce(s.nodes, 0), coalesce(s.declared_content_type, ''), coalesce(s.parent_source_id, -1),
       coalesce(s.relation, ''), s.depth, coalesce(s.problem, ''), coalesce(s.metadata::text, '')
FROM (SELECT x.tenant_id, x.source_id
      FROM hartonomous.tenant t
      JOIN hartonomous.source x ON x.tenant_id = t.tenant_id
      WHERE ($1::integer IS NULL OR t.tenant_id = $1) AND ($3::bigint IS NULL OR x.source_id = $3)
        AND ($5::bigint IS NULL OR x.parent_source_id = $5)
      ORDER BY x.source_id DESC
      LIMIT CASE WHEN $2::text IS NULL AND NOT $6::boolean THEN $4::bigint END) AS picked
JOIN hartonomous.source_status s ON s.tenant_id = picked.tenant_id AND s.source_id = picked.source_id
WHERE ($2::text IS NULL OR s.state = $2) AND (NOT $6::boolean OR s.problem IS NOT NULL)
ORDER BY s.source_id DESC
LIMIT $4::bigint
