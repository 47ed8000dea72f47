-- Triggers, rules (but those that make a view) and policies. $1 our schemas (text[]). Rows: object, definition.
SELECT 'trigger ' || t.tgrelid::regclass::text || '.' || quote_ident(t.tgname),
       concat_ws(' ', pg_get_triggerdef(t.oid), CASE WHEN t.tgenabled <> 'O' THEN 'enabled ' || t.tgenabled::text END,
                 'comment ' || quote_literal(obj_description(t.oid, 'pg_trigger')))
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1) AND NOT t.tgisinternal
UNION ALL
SELECT 'rule ' || r.ev_class::regclass::text || '.' || quote_ident(r.rulename), pg_get_ruledef(r.oid)
FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1) AND r.rulename <> '_RETURN'
UNION ALL
SELECT 'policy ' || quote_ident(schemaname) || '.' || quote_ident(tablename) || '.' || quote_ident(policyname),
       concat_ws(' ', permissive, cmd, roles::text, qual, with_check)
FROM pg_policies WHERE schemaname = ANY ($1)
