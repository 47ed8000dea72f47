// $rows: [id]. What came before a revision that goes is superseded by what came behind it.
UNWIND $rows AS id
MATCH (v:ModelVersion {rowId: id})
CALL {
    WITH v
    MATCH (b:ModelVersion)-[:SUPERSEDED_BY]->(v)-[:SUPERSEDED_BY]->(n:ModelVersion)
    MERGE (b)-[:SUPERSEDED_BY]->(n)
}
WITH v, v.modelId AS model
DETACH DELETE v
WITH DISTINCT model
MATCH (m:Model {modelId: model}) WHERE NOT EXISTS { (m)-[:HAS_VERSION]->() }
DETACH DELETE m
