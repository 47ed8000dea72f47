// $rows: states as read_operations.sql has them. Older state than the graph has is passed over.
UNWIND $rows AS row
MERGE (o:Operation {operationId: row.operationId})
WITH o, row WHERE coalesce(o.version, -1) <= row.version
SET o.tenantId = row.tenantId, o.operationType = row.operationType, o.name = row.name, o.state = row.state,
    o.errorType = row.errorType, o.errorText = row.errorText, o.metadata = row.metadata,
    o.createdAt = datetime.fromEpoch(row.createdAt / 1000000, row.createdAt % 1000000 * 1000),
    o.endedAt = CASE WHEN row.endedAt IS NOT NULL THEN datetime.fromEpoch(row.endedAt / 1000000, row.endedAt % 1000000 * 1000) END, o.durationUs = row.durationUs, o.version = row.version
