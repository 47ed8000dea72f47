-- The schemas that migrations made, seen in the scratch database, where nothing else is. One row: text[].
SELECT array_agg(nspname::text ORDER BY nspname) FROM pg_namespace
WHERE nspname NOT LIKE 'pg\_%' AND nspname NOT IN ('information_schema', 'public')
