// $tenant, $depth, $limit. Links that close a cycle of at most $depth links: there must be none. A cycle leads from a smaller id to a larger one
// somewhere, and back somewhere: so only the links in that of both directions need looking at that has fewer of them, and in most
// graphs, where children are younger than parents, hardly any has. For these the parent's lineage is walked, level by level, and the child looked for.
CALL () {
    MATCH (child:Atom {tenantId: $tenant})-[link:DERIVED_FROM]->(parent:Atom {tenantId: $tenant}) USING SCAN link:DERIVED_FROM
    RETURN sum(CASE WHEN child.id > parent.id THEN 1 ELSE 0 END) AS back, sum(CASE WHEN child.id < parent.id THEN 1 ELSE 0 END) AS forth
    UNION ALL
    MATCH (child:Atom {tenantId: $tenant})<-[link:SUPERSEDED_BY]-(parent:Atom {tenantId: $tenant}) USING SCAN link:SUPERSEDED_BY
    RETURN sum(CASE WHEN child.id > parent.id THEN 1 ELSE 0 END) AS back, sum(CASE WHEN child.id < parent.id THEN 1 ELSE 0 END) AS forth
}
WITH sum(back) < sum(forth) AS back
CALL (back) {
    MATCH (child:Atom {tenantId: $tenant})-[link:DERIVED_FROM]->(parent:Atom {tenantId: $tenant}) USING SCAN link:DERIVED_FROM
    WHERE child.id = parent.id OR (child.id > parent.id) = back
    RETURN child, parent, link
    UNION ALL
    MATCH (child:Atom {tenantId: $tenant})<-[link:SUPERSEDED_BY]-(parent:Atom {tenantId: $tenant}) USING SCAN link:SUPERSEDED_BY
    WHERE child.id = parent.id OR (child.id > parent.id) = back
    RETURN child, parent, link
}
WITH parent, child, link
WHERE (EXISTS { (parent)-[:DERIVED_FROM]->(:Atom {tenantId: $tenant}) } OR EXISTS { (parent)<-[:SUPERSEDED_BY]-(:Atom {tenantId: $tenant}) })
  AND (EXISTS { (child)<-[:DERIVED_FROM]-(:Atom {tenantId: $tenant}) } OR EXISTS { (child)-[:SUPERSEDED_BY]->(:Atom {tenantId: $tenant}) })
WITH parent, collect({child: child, link: link}) AS candidates
CALL (parent, candidates) {
    WITH reduce(walk = {levels: [[parent]], seen: [parent]}, depth IN range(1, $depth - 1) |
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
    UNWIND candidates AS candidate
    UNWIND [depth IN range(0, size(levels) - 1) WHERE candidate.child IN levels[depth]] AS depth
    RETURN candidate.child AS child, candidate.link AS link, depth + 1 AS length
}
WITH child, parent, link, length ORDER BY child.id, parent.id, type(link) LIMIT $limit
RETURN child.id AS child, parent.id AS parent, type(link) AS type, link.derivationType AS derivation, length
ORDER BY child, parent, type
