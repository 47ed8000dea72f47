// $rows: states as read_generation_streams.sql has them. Older state than the graph has is passed over.
UNWIND $rows AS row
MERGE (g:GenerationStream {streamId: row.streamId})
WITH g, row WHERE coalesce(g.version, -1) <= row.version
SET g.tenantId = row.tenantId, g.name = row.name, g.state = row.state, g.errorText = row.errorText, g.metadata = row.metadata,
    g.createdAt = datetime.fromEpoch(row.createdAt / 1000000, row.createdAt % 1000000 * 1000),
    g.endedAt = CASE WHEN row.endedAt IS NOT NULL THEN datetime.fromEpoch(row.endedAt / 1000000, row.endedAt % 1000000 * 1000) END, g.version = row.version
