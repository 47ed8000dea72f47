// $rows: states as read_access_events.sql has them.
UNWIND $rows AS row
MATCH (e:AccessEvent {accessId: row.accessId}) WHERE e.version = row.version
CALL {
    WITH e, row
    MATCH (u:User)-[old:PERFORMED]->(e) WHERE u.userId <> row.user
    DELETE old
}
CALL {
    WITH e, row
    MATCH (e)-[old:ACCESSED]->(a:Atom) WHERE a.id <> row.atom
    DELETE old
}
MATCH (u:User {userId: row.user, tenantId: row.tenantId}) USING INDEX SEEK u:User(userId, tenantId)
MATCH (a:Atom {id: row.atom, tenantId: row.tenantId}) USING INDEX SEEK a:Atom(id, tenantId)
MERGE (u)-[:PERFORMED]->(e)
MERGE (e)-[:ACCESSED]->(a)
