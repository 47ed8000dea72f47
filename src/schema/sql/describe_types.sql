-- Enumerations and domains (composite types are in describe_relations). $1 our schemas (text[]). Rows: object, definition.
SELECT 'type ' || quote_ident(n.nspname) || '.' || quote_ident(t.typname),
       concat_ws(' ',
           CASE t.typtype WHEN 'e' THEN 'enum ' || (SELECT string_agg(quote_literal(e.enumlabel), ',' ORDER BY e.enumsortorder)
                                                    FROM pg_enum e WHERE e.enumtypid = t.oid)
                          WHEN 'd' THEN concat_ws(' ', 'domain', format_type(t.typbasetype, t.typtypmod),
                                                  CASE WHEN t.typnotnull THEN 'not null' END, 'default ' || t.typdefault)
                          ELSE 'range' END,
           'comment ' || quote_literal(obj_description(t.oid, 'pg_type')))
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE n.nspname = ANY ($1) AND t.typtype IN ('e', 'd', 'r')
