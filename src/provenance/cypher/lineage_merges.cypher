// $tenant, $parents, $limit. Atoms that came from several: $parents or more. Those with most parents first. There are far fewer
// links than atoms, so that links are read and not atoms.
CALL () {
    MATCH (child:Atom {tenantId: $tenant})-[link:DERIVED_FROM]->(parent:Atom {tenantId: $tenant}) USING SCAN link:DERIVED_FROM
    RETURN child, parent, link
    UNION ALL
    MATCH (child:Atom {tenantId: $tenant})<-[link:SUPERSEDED_BY]-(parent:Atom {tenantId: $tenant}) USING SCAN link:SUPERSEDED_BY
    RETURN child, parent, link
}
WITH child, count(DISTINCT parent) AS parents, count(DISTINCT link.derivationType) AS derivations, count(DISTINCT link.operationId) AS operations
WHERE parents >= $parents
WITH child, parents, derivations, operations ORDER BY parents DESC, child.id LIMIT $limit
RETURN child.id AS atom, parents, derivations, operations, child.atomType AS kind, child.preview AS text,
       child.createdAt.epochSeconds * 1000000 + child.createdAt.microsecond AS created_at
ORDER BY parents DESC, atom
