// $tenant, $atom, $depth, $limit. Every link upstream of the atom with the operation that made it, where one did; nearest first.
// Level by level: a level is what the one before leads to and no earlier one had, so that an atom is met once however many ways
// lead to it, and a cycle ends. The walk stops behind the level with which there are rows enough.
MATCH (a:Atom {id: $atom, tenantId: $tenant}) USING INDEX SEEK a:Atom(id, tenantId)
WITH reduce(walk = {levels: [[a]], seen: [a]}, depth IN range(1, $depth) |
    CASE WHEN size(walk.levels) < depth OR size(walk.seen) > $limit THEN walk
    ELSE head([level IN [COLLECT {
            UNWIND walk.levels[depth - 1] AS near
            CALL (near) {
                MATCH (near)-[:DERIVED_FROM]->(far:Atom {tenantId: $tenant}) RETURN far
                UNION ALL
                MATCH (near)<-[:SUPERSEDED_BY]-(far:Atom {tenantId: $tenant}) RETURN far
            }
            WITH far WHERE NOT far IN walk.seen
            RETURN DISTINCT far
        }] | CASE size(level) WHEN 0 THEN walk ELSE {levels: walk.levels + [level], seen: walk.seen + level} END])
    END).levels AS levels
UNWIND range(0, size(levels) - 1) AS depth
UNWIND levels[depth] AS near
CALL (near) {
    MATCH (near)-[link:DERIVED_FROM]->(far:Atom {tenantId: $tenant}) RETURN far, link
    UNION ALL
    MATCH (near)<-[link:SUPERSEDED_BY]-(far:Atom {tenantId: $tenant}) RETURN far, link
}
WITH depth + 1 AS depth, near, far, link, count(*) AS times WHERE depth <= $depth
WITH depth, near, far, link ORDER BY depth, near.id, far.id, type(link) LIMIT $limit
CALL (link) {
    OPTIONAL MATCH (o:Operation {operationId: link.operationId, tenantId: $tenant}) USING INDEX SEEK o:Operation(operationId)
    RETURN o
}
RETURN depth, near.id AS child, far.id AS parent, type(link) AS type, link.derivationType AS derivation, o.operationId AS operation,
       o.operationType AS operation_type, o.name AS name, o.state AS state, o.durationUs AS duration_us,
       link.timestamp.epochSeconds * 1000000 + link.timestamp.microsecond AS recorded_at
ORDER BY depth, child, parent, type
