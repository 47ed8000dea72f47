// $rows: states as read_models.sql has them. Each revision but the first supersedes one.
UNWIND $rows AS row
MATCH (v:ModelVersion {modelId: row.modelId, version: row.version})
CALL {
    WITH v, row
    MATCH (b)-[old:SUPERSEDED_BY]->(v) WHERE row.supersedes IS NULL OR NOT (b.modelId = row.modelId AND b.version = row.supersedes)
    DELETE old
}
MATCH (b:ModelVersion {modelId: row.modelId, version: row.supersedes})
MERGE (b)-[:SUPERSEDED_BY]->(v)
