-- $1 our schemas (text[]). Rows: object, definition.
SELECT 'index ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname),
       concat_ws(' ', pg_get_indexdef(c.oid), CASE WHEN NOT i.indisvalid THEN 'invalid' END,
                 'comment ' || quote_literal(obj_description(c.oid, 'pg_class')))
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1)
