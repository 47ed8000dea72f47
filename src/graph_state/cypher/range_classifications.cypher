// $tenant, $after, $to (null: no end), $limit. id and state as read_classifications.sql has it; ascending, after < id <= to.
MATCH (a:Atom) WHERE a.tenantId = $tenant AND a.id > $after AND a.id <= coalesce($to, 9223372036854775807)
WITH a ORDER BY a.id
MATCH (a)-[c:CLASSIFIED_AS]->(d)
WITH a, c, d LIMIT $limit
RETURN a.id AS id, c {.*, tenantId: a.tenantId, atom: a.id, level: d.level,
    createdAt: CASE WHEN c.createdAt IS :: ZONED DATETIME THEN c.createdAt.epochSeconds * 1000000 + c.createdAt.microsecond ELSE c.createdAt END} AS state
ORDER BY id
