// $tenant, $after, $to (null: no end), $limit. id and state as read_access_events.sql has it; ascending, after < id <= to.
MATCH (e:AccessEvent) WHERE e.tenantId = $tenant AND e.accessId > $after AND e.accessId <= coalesce($to, 9223372036854775807)
WITH e ORDER BY e.accessId LIMIT $limit
RETURN e.accessId AS id, e {.*, 
    createdAt: CASE WHEN e.createdAt IS :: ZONED DATETIME THEN e.createdAt.epochSeconds * 1000000 + e.createdAt.microsecond ELSE e.createdAt END, 
    user: head([(u:User)-[:PERFORMED]->(e) | u.userId]), 
    atom: head([(e)-[:ACCESSED]->(a:Atom) | a.id])} AS state
ORDER BY id
