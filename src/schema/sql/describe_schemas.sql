-- $1 our schemas (text[]). Rows: object, definition.
SELECT 'schema ' || n.nspname,
       coalesce('comment ' || quote_literal(obj_description(n.oid, 'pg_namespace')), '')
           || coalesce(' grants ' || (SELECT string_agg(CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END
                                                        || '=' || a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END, ','
                                                        ORDER BY a.grantee::regrole::text COLLATE "C", a.privilege_type COLLATE "C")
                                      FROM aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a
                                      WHERE a.grantee <> n.nspowner), '')
FROM pg_namespace n WHERE n.nspname = ANY ($1)
