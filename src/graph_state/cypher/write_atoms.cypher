// $rows: states as read_atoms.sql has them. Older state than the graph has is passed over.
UNWIND $rows AS row
MERGE (a:Atom {id: row.id, tenantId: row.tenantId})
WITH a, row WHERE coalesce(a.version, -1) <= row.version
SET a.atomType = row.atomType, a.contentHash = row.contentHash, a.contentType = row.contentType, a.size = row.size,
    a.preview = row.preview, a.createdAt = datetime.fromEpoch(row.createdAt / 1000000, row.createdAt % 1000000 * 1000),
    a.version = row.version
