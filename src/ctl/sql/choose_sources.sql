-- Sources to be removed, by tenant. $1 tenant (integer) or null; $2 sources (bigint[]), or null and what they have in common: $3 beginning
-- of the URI (text) or null, $4 age, an interval (text) or null. Rows: tenant, sources.
SELECT t.tenant_id, array_agg(s.source_id ORDER BY s.source_id)
FROM hartonomous.tenant t
JOIN hartonomous.source s ON s.tenant_id = t.tenant_id
WHERE ($1::integer IS NULL OR t.tenant_id = $1) AND ($2::bigint[] IS NULL OR s.source_id = ANY ($2))
  AND ($3::text IS NULL OR starts_with(s.uri, $3)) AND ($4::text IS NULL OR s.created_at < now() - $4::interval)
GROUP BY t.tenant_id
ORDER BY t.tenant_id
