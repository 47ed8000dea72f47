// $tenant, $atom. One row where the graph has the atom.
MATCH (a:Atom {id: $atom, tenantId: $tenant}) USING INDEX SEEK a:Atom(id, tenantId)
RETURN a.id
