// $rows: states as read_models.sql has them. Older state than the graph has is passed over.
UNWIND $rows AS row
MERGE (m:Model {modelId: row.modelId})
SET m.name = row.modelId
MERGE (v:ModelVersion {modelId: row.modelId, version: row.version})
MERGE (m)-[:HAS_VERSION]->(v)
WITH v, row WHERE coalesce(v.rowVersion, -1) <= row.rowVersion
SET v.rowId = row.rowId, v.dimension = row.dimension, v.engine = row.engine, v.createdAt = datetime.fromEpoch(row.createdAt / 1000000, row.createdAt % 1000000 * 1000), v.rowVersion = row.rowVersion
