// $tenant, $after, $to (null: no end), $limit. id and state as read_atoms.sql has it; ascending, after < id <= to.
MATCH (a:Atom) WHERE a.tenantId = $tenant AND a.id > $after AND a.id <= coalesce($to, 9223372036854775807)
WITH a ORDER BY a.id LIMIT $limit
RETURN a.id AS id, a {.*, 
    createdAt: CASE WHEN a.createdAt IS :: ZONED DATETIME THEN a.createdAt.epochSeconds * 1000000 + a.createdAt.microsecond ELSE a.createdAt END} AS state
ORDER BY id
