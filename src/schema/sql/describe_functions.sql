-- Functions, procedures and aggregates: text, language, rights, volatility and settings are in the definition. $1 our
-- schemas (text[]). Rows: object, definition.
SELECT 'function ' || p.oid::regprocedure::text,
       concat_ws(' ',
           CASE WHEN p.prokind IN ('f', 'p', 'w') THEN pg_get_functiondef(p.oid)
                ELSE 'aggregate returns ' || format_type(p.prorettype, NULL) END,
           'comment ' || quote_literal(obj_description(p.oid, 'pg_proc')),
           'grants ' || (SELECT string_agg(CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END
                                           || '=' || a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END, ','
                                           ORDER BY a.grantee::regrole::text COLLATE "C", a.privilege_type COLLATE "C")
                         FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a WHERE a.grantee <> p.proowner))
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = ANY ($1)
