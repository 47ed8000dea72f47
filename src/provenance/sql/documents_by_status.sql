-- 2.4 How far a tenant's documents are: for each state how many, their bytes, how many could not be read in full, oldest and
-- newest. $1 tenant, $2 limit. The state is the source's own; view source_status also tells which requests are dead letters.
SELECT s.state, count(*) AS documents, coalesce(sum(s.size), 0)::bigint AS bytes,
       count(*) FILTER (WHERE s.problem IS NOT NULL OR j.problem IS NOT NULL) AS problems,
       hartonomous.microseconds(min(s.created_at)) AS oldest, hartonomous.microseconds(max(s.created_at)) AS newest
FROM hartonomous.source s
LEFT JOIN hartonomous.ingestion_job j ON j.tenant_id = s.tenant_id AND j.root_atom_id = s.root_atom_id
WHERE s.tenant_id = $1::integer
GROUP BY s.state
ORDER BY documents DESC, s.state COLLATE "C" LIMIT $2::bigint
