-- $1 source ids (bigint[]). Whose they are; what is gone has no row.
SELECT s.tenant_id, s.source_id
FROM unnest($1::bigint[]) AS wanted (source_id)
CROSS JOIN hartonomous.tenant t
JOIN hartonomous.source s ON s.tenant_id = t.tenant_id AND s.source_id = wanted.source_id
