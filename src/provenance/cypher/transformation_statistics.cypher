// $tenant, $limit. How atoms are made from atoms: each kind of link and derivation with its links, atoms and operations, and how sure
// they are (counted in millionths, so that every order gives the same mean). The most common first.
CALL () {
    MATCH (child:Atom {tenantId: $tenant})-[link:DERIVED_FROM]->(parent:Atom {tenantId: $tenant}) USING SCAN link:DERIVED_FROM
    RETURN child, parent, link
    UNION ALL
    MATCH (child:Atom {tenantId: $tenant})<-[link:SUPERSEDED_BY]-(parent:Atom {tenantId: $tenant}) USING SCAN link:SUPERSEDED_BY
    RETURN child, parent, link
}
WITH type(link) AS type, link.derivationType AS derivation, count(*) AS links, count(DISTINCT child) AS children, count(DISTINCT parent) AS parents,
     count(DISTINCT link.operationId) AS operations, sum(toInteger(floor(link.confidence * 1000000 + 0.5))) AS confidence,
     min(link.timestamp) AS first_at, max(link.timestamp) AS last_at
ORDER BY links DESC, type, derivation LIMIT $limit
RETURN type, derivation, links, children, parents, operations, toFloat(confidence) / 1000000 / links AS mean_confidence,
       first_at.epochSeconds * 1000000 + first_at.microsecond AS first_at, last_at.epochSeconds * 1000000 + last_at.microsecond AS last_at
ORDER BY links DESC, type, derivation
