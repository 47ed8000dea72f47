// $tenant, $after, $to (null: no end), $limit. id and state as read_edges.sql has it; ascending, after < id <= to.
MATCH (c:Atom) WHERE c.tenantId = $tenant AND c.id > $after AND c.id <= coalesce($to, 9223372036854775807)
WITH c ORDER BY c.id
WHERE EXISTS { (c)-[:DERIVED_FROM]->() } OR EXISTS { (c)<-[:SUPERSEDED_BY]-() }
WITH c LIMIT $limit
CALL {
    WITH c
    MATCH (c)-[d:DERIVED_FROM]->(p)
    RETURN p.id AS parent, 'DERIVED_FROM' AS type, d
    UNION ALL
    WITH c
    MATCH (c)<-[d:SUPERSEDED_BY]-(p)
    RETURN p.id AS parent, 'SUPERSEDED_BY' AS type, d
}
WITH c, parent, type, d ORDER BY parent, type
WITH c, collect(d {.*, parent: parent, type: type, timestamp: CASE WHEN d.timestamp IS :: ZONED DATETIME THEN d.timestamp.epochSeconds * 1000000 + d.timestamp.microsecond ELSE d.timestamp END}) AS edges
RETURN c.id AS id, {tenantId: c.tenantId, child: c.id, edges: edges} AS state
ORDER BY id
