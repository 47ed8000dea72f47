// $rows: states as read_sources.sql has them. Older state than the graph has is passed over.
UNWIND $rows AS row
MERGE (s:Source {sourceId: row.sourceId, tenantId: row.tenantId})
WITH s, row WHERE coalesce(s.version, -1) <= row.version
SET s.uri = row.uri, s.fileName = row.fileName, s.contentType = row.contentType, s.size = row.size, s.contentHash = row.contentHash,
    s.state = row.state, s.relation = row.relation, s.depth = row.depth, s.problem = row.problem, s.deliveredBy = row.deliveredBy,
    s.createdAt = datetime.fromEpoch(row.createdAt / 1000000, row.createdAt % 1000000 * 1000),
    s.completedAt = CASE WHEN row.completedAt IS NOT NULL THEN datetime.fromEpoch(row.completedAt / 1000000, row.completedAt % 1000000 * 1000) END, s.version = row.version
