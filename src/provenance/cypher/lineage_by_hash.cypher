// $tenant, $hash, $depth, $limit. The atoms whose content has this SHA-256 (depth 0: equal bytes may be several atoms, each of its kind)
// and everything they came from, one row an atom, nearest first. child: what was made from it, of several the smallest id.
// Level by level: a level is what the one before leads to and no earlier one had, so that an atom is met once however many ways
// lead to it, and a cycle ends. The walk stops behind the level with which there are rows enough.
MATCH (a:Atom {contentHash: toLower($hash), tenantId: $tenant}) USING INDEX SEEK a:Atom(contentHash)
WITH collect(a) AS start
WITH reduce(walk = {levels: [start], seen: start}, depth IN range(1, $depth) |
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
CALL (levels) {
    UNWIND levels[0] AS far
    RETURN 0 AS depth, far, null AS link
    UNION ALL
    UNWIND range(1, size(levels) - 1) AS depth
    UNWIND levels[depth - 1] AS near
    CALL (near) {
        MATCH (near)-[link:DERIVED_FROM]->(far:Atom {tenantId: $tenant}) RETURN far, link
        UNION ALL
        MATCH (near)<-[link:SUPERSEDED_BY]-(far:Atom {tenantId: $tenant}) RETURN far, link
    }
    WITH levels, depth, near, far, link WHERE far IN levels[depth]
    WITH depth, far, min([near.id, type(link), link.derivationType]) AS link
    RETURN depth, far, link
}
WITH depth, far, link ORDER BY depth, far.id LIMIT $limit
RETURN depth, far.id AS atom, link[0] AS child, link[1] AS type, link[2] AS derivation, far.atomType AS kind,
       far.contentHash AS hash, far.preview AS text
ORDER BY depth, atom
