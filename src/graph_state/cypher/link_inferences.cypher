// $rows: states as read_inferences.sql has them.
UNWIND $rows AS row
MATCH (i:Inference {inferenceId: row.inferenceId}) WHERE i.version = row.version
SET i.version = row.version // takes the lock: a statement whose sender gave it up is over before this one looks
WITH i, row
CALL {
    WITH i
    MATCH (i)-[:CONSIDERED|HAS_FEEDBACK]->(old)
    DETACH DELETE old
}
CALL {
    WITH i
    MATCH (i)-[old]->()
    DELETE old
}
CALL {
    WITH i, row
    MATCH (m:Model {modelId: row.modelId})
    CREATE (i)-[:USED_MODEL]->(m)
}
CALL {
    WITH i, row
    MATCH (m:ModelVersion {modelId: row.modelId, version: row.modelVersion})
    CREATE (i)-[:USED_VERSION]->(m)
}
CALL {
    WITH i, row
    MATCH (u:User {userId: row.requestedBy, tenantId: row.tenantId})
    CREATE (i)-[:REQUESTED_BY]->(u)
}
CALL {
    WITH i, row
    MATCH (c:Context {domain: row.context})
    CREATE (i)-[:IN_CONTEXT]->(c)
}
CALL {
    WITH i, row
    UNWIND row.reasoning AS mode
    MATCH (r:ReasoningMode {type: mode})
    CREATE (i)-[:USED_REASONING]->(r)
}
CALL {
    WITH i, row
    UNWIND row.inputs AS item
    MATCH (a:Atom {id: item.atom, tenantId: row.tenantId}) USING INDEX SEEK a:Atom(id, tenantId)
    CREATE (i)-[:HAD_INPUT {ordinal: item.ordinal}]->(a)
}
CALL {
    WITH i, row
    UNWIND row.used AS item
    MATCH (a:Atom {id: item.atom, tenantId: row.tenantId}) USING INDEX SEEK a:Atom(id, tenantId)
    CREATE (i)-[:USED_ATOM {ordinal: item.ordinal, influence: toFloat(item.influence)}]->(a)
}
CALL {
    WITH i, row
    UNWIND row.outputs AS item
    MATCH (a:Atom {id: item.atom, tenantId: row.tenantId}) USING INDEX SEEK a:Atom(id, tenantId)
    CREATE (i)-[:GENERATED {ordinal: item.ordinal}]->(a)
}
CALL {
    WITH i, row
    UNWIND row.decisions AS item
    CREATE (i)-[:CONSIDERED]->(:Decision {decisionId: item.decisionId, tenantId: row.tenantId, rank: item.rank, description: item.description,
                                          confidence: toFloat(item.confidence), chosen: item.chosen, reason: item.reason})
}
CALL {
    WITH i, row
    UNWIND row.feedback AS item
    CREATE (i)-[:HAS_FEEDBACK]->(f:Feedback {feedbackId: item.feedbackId, tenantId: row.tenantId, rating: toFloat(item.rating), comment: item.comment,
                                             createdAt: datetime.fromEpoch(item.createdAt / 1000000, item.createdAt % 1000000 * 1000)})
    WITH f, item, row
    MATCH (u:User {userId: item.givenBy, tenantId: row.tenantId})
    CREATE (f)-[:GIVEN_BY]->(u)
}
