-- How much there is: tenants, sources, atoms, vectors. Tables of more than a million rows are estimated by the planner's
-- statistics. The last column says whether any was.
WITH big (name, rows, estimated) AS (
    SELECT c.relname, c.reltuples::bigint, c.reltuples > 1000000
    FROM pg_class c
    WHERE c.oid IN ('hartonomous.source'::regclass, 'hartonomous.atom'::regclass, 'hartonomous.embedding'::regclass)
)
SELECT (SELECT count(*) FROM hartonomous.tenant),
       (SELECT CASE WHEN estimated THEN rows ELSE (SELECT count(*) FROM hartonomous.source) END FROM big WHERE name = 'source'),
       (SELECT CASE WHEN estimated THEN rows ELSE (SELECT count(*) FROM hartonomous.atom) END FROM big WHERE name = 'atom'),
       (SELECT CASE WHEN estimated THEN rows ELSE (SELECT count(*) FROM hartonomous.embedding) END FROM big WHERE name = 'embedding'),
       (SELECT bool_or(estimated) FROM big)
