// $rows: states as read_generation_streams.sql has them.
UNWIND $rows AS row
MATCH (g:GenerationStream {streamId: row.streamId}) WHERE g.version = row.version
SET g.version = row.version // takes the lock: a statement whose sender gave it up is over before this one looks
WITH g, row
CALL {
    WITH g
    MATCH (g)-[old]->()
    DELETE old
}
CALL {
    WITH g, row
    MATCH (m:Model {modelId: row.modelId})
    CREATE (g)-[:USED_MODEL]->(m)
}
CALL {
    WITH g, row
    MATCH (m:ModelVersion {modelId: row.modelId, version: row.modelVersion})
    CREATE (g)-[:USED_VERSION]->(m)
}
CALL {
    WITH g, row
    UNWIND row.atoms AS item
    MATCH (a:Atom {id: item.atom, tenantId: row.tenantId}) USING INDEX SEEK a:Atom(id, tenantId)
    CREATE (g)-[:GENERATED {ordinal: item.ordinal}]->(a)
}
