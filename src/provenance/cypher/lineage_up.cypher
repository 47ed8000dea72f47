// $tenant, $atom, $depth, $limit. Everything the atom came from, one row an atom, nearest first, with the link by which it is reached: of several
// the one at the smallest id. DERIVED_FROM leads to the parent, SUPERSEDED_BY to the child.
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
UNWIND range(1, size(levels) - 1) AS depth
UNWIND levels[depth - 1] AS near
CALL (near) {
    MATCH (near)-[link:DERIVED_FROM]->(far:Atom {tenantId: $tenant}) RETURN far, link
    UNION ALL
    MATCH (near)<-[link:SUPERSEDED_BY]-(far:Atom {tenantId: $tenant}) RETURN far, link
}
WITH levels, depth, near, far, link WHERE far IN levels[depth]
WITH depth, far, min([near.id, type(link), link.derivationType, link.confidence, link.operationId]) AS link
ORDER BY depth, far.id LIMIT $limit
RETURN depth, link[0] AS child, far.id AS parent, link[1] AS type, link[2] AS derivation, link[3] AS confidence, link[4] AS operation,
       far.atomType AS kind, far.preview AS text, far.createdAt.epochSeconds * 1000000 + far.createdAt.microsecond AS created_at
ORDER BY depth, far.id
