// $tenant, $atom, $depth, $limit. All links around the atom, followed both ways: what it came from, what came of it, and what else that
// led to. depth: steps from the atom.
// Level by level: a level is what the one before leads to and no earlier one had, so that an atom is met once however many ways
// lead to it, and a cycle ends. The walk stops behind the level with which there are rows enough.
MATCH (a:Atom {id: $atom, tenantId: $tenant}) USING INDEX SEEK a:Atom(id, tenantId)
WITH reduce(walk = {levels: [[a]], seen: [a]}, depth IN range(1, $depth) |
    CASE WHEN size(walk.levels) < depth OR size(walk.seen) > $limit THEN walk
    ELSE head([level IN [COLLECT {
            UNWIND walk.levels[depth - 1] AS near
            MATCH (near)-[:DERIVED_FROM|SUPERSEDED_BY]-(far:Atom {tenantId: $tenant})
            WITH far WHERE NOT far IN walk.seen
            RETURN DISTINCT far
        }] | CASE size(level) WHEN 0 THEN walk ELSE {levels: walk.levels + [level], seen: walk.seen + level} END])
    END).levels AS levels
UNWIND range(0, size(levels) - 1) AS depth
UNWIND levels[depth] AS near
MATCH (near)-[link:DERIVED_FROM|SUPERSEDED_BY]-(far:Atom {tenantId: $tenant})
WITH levels, depth, far, link WHERE depth < $depth AND (depth = 0 OR NOT far IN levels[depth - 1])
WITH DISTINCT depth + 1 AS depth, link
WITH depth, link, CASE type(link) WHEN 'DERIVED_FROM' THEN startNode(link) ELSE endNode(link) END AS child,
     CASE type(link) WHEN 'DERIVED_FROM' THEN endNode(link) ELSE startNode(link) END AS parent
ORDER BY depth, child.id, parent.id, type(link) LIMIT $limit
RETURN depth, child.id AS child, parent.id AS parent, type(link) AS type, link.derivationType AS derivation, link.confidence AS confidence,
       link.operationId AS operation, child.atomType AS kind, child.preview AS text
ORDER BY depth, child, parent, type
