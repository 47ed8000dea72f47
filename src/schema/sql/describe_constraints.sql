-- Of tables and domains. $1 our schemas (text[]). Rows: object, definition.
SELECT 'constraint ' || CASE WHEN k.conrelid <> 0 THEN k.conrelid::regclass::text ELSE k.contypid::regtype::text END
           || '.' || quote_ident(k.conname),
       concat_ws(' ', pg_get_constraintdef(k.oid), 'comment ' || quote_literal(obj_description(k.oid, 'pg_constraint')))
FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
WHERE n.nspname = ANY ($1) AND k.contype <> 't'
