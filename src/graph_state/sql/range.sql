-- $1 kind (text), $2 tenant (integer), $3 after (bigint), $4 at most so many (bigint). Ids, ascending.
SELECT e.id
FROM hartonomous.graph_entity e
WHERE e.kind = $1::text AND e.tenant_id = $2::integer AND e.id > $3::bigint AND e.is_due
ORDER BY e.id
LIMIT $4::bigint
