// $rows as in link_edges.cypher. Takes away what is no edge any more.
UNWIND $rows AS row
MATCH (c:Atom {id: row.child, tenantId: row.tenantId})-[d:DERIVED_FROM]->(p:Atom) USING INDEX c:Atom(id, tenantId)
WHERE NOT p.id IN [edge IN row.edges | edge.parent]
DELETE d
