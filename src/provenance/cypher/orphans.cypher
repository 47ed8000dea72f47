// $tenant, $limit. Atoms that nothing is known of: without any relationship, to whatever node. The oldest numbers first.
MATCH (a:Atom {tenantId: $tenant}) USING INDEX SEEK a:Atom(tenantId)
WHERE COUNT { (a)--() } = 0
WITH a ORDER BY a.id LIMIT $limit
RETURN a.id AS atom, a.atomType AS kind, a.contentHash AS hash, a.size AS size, a.preview AS text, a.createdAt.epochSeconds * 1000000 + a.createdAt.microsecond AS created_at
ORDER BY atom
