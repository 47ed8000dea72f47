// $rows: states as read_ingestion_jobs.sql has them. They have no version: a job may begin anew.
UNWIND $rows AS row
MERGE (o:Operation {operationId: row.operationId})
SET o.tenantId = row.tenantId, o.operationType = row.operationType, o.name = row.name, o.state = row.state,
    o.atomizerVersion = row.atomizerVersion, o.size = row.size, o.components = row.components, o.nodes = row.nodes,
    o.problem = row.problem, o.durationUs = row.durationUs,
    o.createdAt = datetime.fromEpoch(row.createdAt / 1000000, row.createdAt % 1000000 * 1000),
    o.endedAt = CASE WHEN row.endedAt IS NOT NULL THEN datetime.fromEpoch(row.endedAt / 1000000, row.endedAt % 1000000 * 1000) END
SET o:IngestionJob
WITH o, row
MATCH (a:Atom {id: row.rootAtomId, tenantId: row.tenantId}) USING INDEX SEEK a:Atom(id, tenantId)
MERGE (o)-[:GENERATED]->(a)
