// $rows: states as read_operations.sql has them.
UNWIND $rows AS row
MATCH (o:Operation {operationId: row.operationId}) USING INDEX SEEK o:Operation(operationId) WHERE o.version = row.version
SET o.version = row.version // takes the lock: a statement whose sender gave it up is over before this one looks
WITH o, row
CALL {
    WITH o
    MATCH (o)-[old]->()
    DELETE old
}
CALL {
    WITH o, row
    MATCH (u:User {userId: row.requestedBy, tenantId: row.tenantId})
    CREATE (o)-[:REQUESTED_BY]->(u)
}
CALL {
    WITH o, row
    UNWIND row.inputs AS id
    MATCH (a:Atom {id: id, tenantId: row.tenantId}) USING INDEX SEEK a:Atom(id, tenantId)
    CREATE (o)-[:HAD_INPUT]->(a)
}
CALL {
    WITH o, row
    UNWIND row.outputs AS id
    MATCH (a:Atom {id: id, tenantId: row.tenantId}) USING INDEX SEEK a:Atom(id, tenantId)
    CREATE (o)-[:GENERATED]->(a)
}
