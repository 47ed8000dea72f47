-- Tables that may be read, in order of name. $1 patterns of names (text[]), "*" for any characters; empty: all. Columns: name with schema,
-- the statement that copies it, its rows in the order of its primary key, so that equal tables are equal bytes; without one,
-- in the order of what they say.
SELECT format('%s.%s', n.nspname, c.relname),
       format('COPY (SELECT row.* FROM %s%I.%I AS row ORDER BY %s) TO STDOUT (FORMAT csv, HEADER)',
              CASE WHEN c.relkind = 'r' THEN 'ONLY ' ELSE '' END, n.nspname, c.relname, coalesce(key.columns, 'row::text COLLATE "C"'))
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN LATERAL (SELECT string_agg(format('row.%I', a.attname), ', ' ORDER BY part.n) AS columns
                   FROM pg_catalog.pg_index i
                   CROSS JOIN LATERAL unnest(i.indkey::smallint[]) WITH ORDINALITY AS part (number, n)
                   JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = part.number
                   WHERE i.indrelid = c.oid AND i.indisprimary) AS key ON true
WHERE c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
  AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
  AND (cardinality($1::text[]) = 0
       OR EXISTS (SELECT FROM unnest($1::text[]) AS pattern
                  WHERE format('%s.%s', n.nspname, c.relname)
                        LIKE replace(replace(replace(replace(pattern, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%')))
ORDER BY 1
