// $tenant, $limit. Atoms that are used most: as components of documents, as parents of other atoms, by inferences (as input or as
// what they rest on), and looked at. Only the best are kept while all are counted.
MATCH (a:Atom {tenantId: $tenant}) USING INDEX SEEK a:Atom(tenantId)
WITH a, COUNT { (a)<-[:HAS_COMPONENT]-(:Atom {tenantId: $tenant}) } AS components,
     COUNT { (a)<-[:DERIVED_FROM]-(:Atom {tenantId: $tenant}) } + COUNT { (a)-[:SUPERSEDED_BY]->(:Atom {tenantId: $tenant}) } AS children,
     COUNT { (a)<-[:HAD_INPUT|USED_ATOM]-(:Inference {tenantId: $tenant}) } AS inferences, COUNT { (a)<-[:ACCESSED]-(:AccessEvent {tenantId: $tenant}) } AS accesses
WITH a, components + children + inferences + accesses AS uses, components, children, inferences, accesses WHERE uses > 0
WITH a, uses, components, children, inferences, accesses ORDER BY uses DESC, a.id LIMIT $limit
RETURN a.id AS atom, uses, components, children, inferences, accesses, a.atomType AS kind, a.preview AS text
ORDER BY uses DESC, atom
