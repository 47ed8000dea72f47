// $tenant, $atom, $depth, $limit. Where the atom came from in the end: ancestors that came from nothing, nearest first, each at its smallest depth.
// Level by level: a level is what the one before leads to and no earlier one had, so that an atom is met once however many ways
// lead to it, and a cycle ends.
MATCH (a:Atom {id: $atom, tenantId: $tenant}) USING INDEX SEEK a:Atom(id, tenantId)
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
UNWIND levels[depth] AS found
WITH depth, found
WHERE NOT EXISTS { (found)-[:DERIVED_FROM]->(:Atom {tenantId: $tenant}) } AND NOT EXISTS { (found)<-[:SUPERSEDED_BY]-(:Atom {tenantId: $tenant}) }
WITH depth, found, count(*) AS times ORDER BY depth, found.id LIMIT $limit
RETURN depth, found.id AS atom, found.atomType AS kind, found.contentHash AS hash, found.size AS size, found.preview AS text,
       found.createdAt.epochSeconds * 1000000 + found.createdAt.microsecond AS created_at
ORDER BY depth, found.id
