// $rows: [id]
UNWIND $rows AS id
MATCH (i:Inference {inferenceId: id})
CALL {
    WITH i
    MATCH (i)-[:CONSIDERED|HAS_FEEDBACK]->(part)
    DETACH DELETE part
}
DETACH DELETE i
