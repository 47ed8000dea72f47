// $rows: [id of the child]. The second condition lets the unique index be used.
UNWIND $rows AS id
MATCH (c:Atom) USING INDEX SEEK c:Atom(id, tenantId) WHERE c.id = id AND c.tenantId IS NOT NULL
CALL {
    WITH c
    MATCH (c)-[old:DERIVED_FROM]->()
    DELETE old
}
CALL {
    WITH c
    MATCH (c)<-[old:SUPERSEDED_BY]-()
    DELETE old
}
