// $tenant, $after, $to (null: no end), $limit. Atoms that have components, ascending, and how many.
MATCH (p:Atom) WHERE p.tenantId = $tenant AND p.id > $after AND p.id <= coalesce($to, 9223372036854775807)
WITH p ORDER BY p.id
WITH p, COUNT { (p)-[:HAS_COMPONENT]->() } AS components WHERE components > 0
RETURN p.id AS parent, components LIMIT $limit
