-- $1 tenant, $2 limit. How atoms are made from atoms: each kind of link and derivation with its links, atoms and operations, and how sure
-- they are (counted in millionths, so that every order gives the same mean). The most common first.
SELECT type, derivation, count(*) AS links, count(DISTINCT child_atom_id) AS children, count(DISTINCT parent_atom_id) AS parents,
       count(DISTINCT operation_id) AS operations, sum(floor(confidence * 1000000 + 0.5)::bigint)::double precision / 1000000 / count(*) AS mean_confidence,
       hartonomous.microseconds(min(created_at)) AS first_at, hartonomous.microseconds(max(created_at)) AS last_at
FROM hartonomous.provenance_edge
WHERE tenant_id = $1
GROUP BY type, derivation
ORDER BY links DESC, type COLLATE "C", derivation COLLATE "C"
LIMIT $2
