-- Tables, views and sequences. $1 our schemas (text[]). Rows: object, definition.
SELECT CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
                      WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table' ELSE 'composite type' END
           || ' ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname),
       concat_ws(' ',
           CASE c.relpersistence WHEN 'u' THEN 'unlogged' WHEN 't' THEN 'temporary' END,
           CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
           (SELECT concat_ws(' ', 'as', format_type(s.seqtypid, NULL), 'start', s.seqstart, 'increment', s.seqincrement, 'min', s.seqmin,
                             'max', s.seqmax, 'cache', s.seqcache, CASE WHEN s.seqcycle THEN 'cycle' END)
            FROM pg_sequence s WHERE s.seqrelid = c.oid),
           'partition by ' || pg_get_partkeydef(c.oid),
           (SELECT 'inherits ' || string_agg(i.inhparent::regclass::text, ',' ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = c.oid),
           pg_get_expr(c.relpartbound, c.oid),
           'with ' || (SELECT string_agg(o, ',' ORDER BY o COLLATE "C") FROM unnest(c.reloptions) AS o),
           'toast with ' || (SELECT string_agg(o, ',' ORDER BY o COLLATE "C") FROM pg_class t, unnest(t.reloptions) AS o WHERE t.oid = c.reltoastrelid),
           CASE WHEN c.relrowsecurity THEN 'row security' END,
           CASE WHEN c.relkind IN ('r', 'p') AND c.relreplident <> 'd' THEN 'replica identity ' || c.relreplident::text END,
           'comment ' || quote_literal(obj_description(c.oid, 'pg_class')),
           'grants ' || (SELECT string_agg(CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END
                                           || '=' || a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END, ','
                                           ORDER BY a.grantee::regrole::text COLLATE "C", a.privilege_type COLLATE "C")
                         FROM aclexplode(coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))) AS a
                         WHERE a.grantee <> c.relowner))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c')
