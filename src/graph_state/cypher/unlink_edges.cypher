// $rows: states as read_edges.sql has them. Takes away what is no edge any more.
UNWIND $rows AS row
MATCH (c:Atom {id: row.child, tenantId: row.tenantId}) USING INDEX SEEK c:Atom(id, tenantId)
CALL {
    WITH c, row
    MATCH (c)-[old:DERIVED_FROM]->(p) WHERE NOT p.id IN [edge IN row.edges WHERE edge.type = 'DERIVED_FROM' | edge.parent]
    DELETE old
}
CALL {
    WITH c, row
    MATCH (c)<-[old:SUPERSEDED_BY]-(p:Atom) WHERE NOT p.id IN [edge IN row.edges WHERE edge.type = 'SUPERSEDED_BY' | edge.parent]
    DELETE old
}
