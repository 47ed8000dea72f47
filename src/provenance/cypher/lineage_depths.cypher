// $tenant, $atom, $depth, $limit. How deep the lineage of the atom is: for each depth upstream and downstream the atoms there, the links that
// lead to them from the depth before, and how sure those are (counted in millionths, so that every order gives the same mean).
// Level by level: a level is what the one before leads to and no earlier one had, so that an atom is met once however many ways
// lead to it, and a cycle ends.
MATCH (a:Atom {id: $atom, tenantId: $tenant}) USING INDEX SEEK a:Atom(id, tenantId)
CALL (a) {
    WITH reduce(walk = {levels: [[a]], seen: [a]}, depth IN range(1, $depth) |
        CASE WHEN size(walk.levels) < depth THEN walk
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
    WITH levels, depth, far, link WHERE far IN levels[depth]
    RETURN 'up' AS direction, depth, count(DISTINCT far) AS atoms, count(link) AS links,
           toFloat(sum(toInteger(floor(coalesce(link.confidence, 1.0) * 1000000 + 0.5)))) / 1000000 / count(link) AS mean_confidence
    UNION ALL
    WITH reduce(walk = {levels: [[a]], seen: [a]}, depth IN range(1, $depth) |
        CASE WHEN size(walk.levels) < depth THEN walk
        ELSE head([level IN [COLLECT {
                UNWIND walk.levels[depth - 1] AS near
                CALL (near) {
                    MATCH (near)<-[:DERIVED_FROM]-(far:Atom {tenantId: $tenant}) RETURN far
                    UNION ALL
                    MATCH (near)-[:SUPERSEDED_BY]->(far:Atom {tenantId: $tenant}) RETURN far
                }
                WITH far WHERE NOT far IN walk.seen
                RETURN DISTINCT far
            }] | CASE size(level) WHEN 0 THEN walk ELSE {levels: walk.levels + [level], seen: walk.seen + level} END])
        END).levels AS levels
    UNWIND range(1, size(levels) - 1) AS depth
    UNWIND levels[depth - 1] AS near
    CALL (near) {
        MATCH (near)<-[link:DERIVED_FROM]-(far:Atom {tenantId: $tenant}) RETURN far, link
        UNION ALL
        MATCH (near)-[link:SUPERSEDED_BY]->(far:Atom {tenantId: $tenant}) RETURN far, link
    }
    WITH levels, depth, far, link WHERE far IN levels[depth]
    RETURN 'down' AS direction, depth, count(DISTINCT far) AS atoms, count(link) AS links,
           toFloat(sum(toInteger(floor(coalesce(link.confidence, 1.0) * 1000000 + 0.5)))) / 1000000 / count(link) AS mean_confidence
}
RETURN direction, depth, atoms, links, mean_confidence
ORDER BY direction DESC, depth LIMIT $limit
