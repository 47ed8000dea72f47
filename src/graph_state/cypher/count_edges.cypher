// $tenant. Atoms that were made from others.
MATCH (c:Atom) WHERE c.tenantId = $tenant AND (EXISTS { (c)-[:DERIVED_FROM]->() } OR EXISTS { (c)<-[:SUPERSEDED_BY]-() })
RETURN count(c)
