// $rows: [{sourceId, tenantId, uri, fileName, contentType, size, contentHash, state, atomizer, atomizerVersion,
// rootAtomId, createdAt, completedAt, version}]. Older state than the graph has is passed over.
UNWIND $rows AS row
MERGE (s:Source {sourceId: row.sourceId, tenantId: row.tenantId})
WITH s, row WHERE coalesce(s.version, -1) <= row.version
SET s.uri = row.uri, s.fileName = row.fileName, s.contentType = row.contentType, s.size = row.size,
    s.contentHash = row.contentHash, s.state = row.state, s.atomizer = row.atomizer,
    s.atomizerVersion = row.atomizerVersion, s.createdAt = datetime(row.createdAt),
    s.completedAt = datetime(row.completedAt), s.version = row.version
