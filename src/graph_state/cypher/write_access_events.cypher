// $rows: states as read_access_events.sql has them. Older state than the graph has is passed over.
UNWIND $rows AS row
MERGE (e:AccessEvent {accessId: row.accessId})
WITH e, row WHERE coalesce(e.version, -1) <= row.version
SET e.tenantId = row.tenantId, e.action = row.action, e.allowed = row.allowed, e.reason = row.reason,
    e.createdAt = datetime.fromEpoch(row.createdAt / 1000000, row.createdAt % 1000000 * 1000), e.version = row.version
