// $rows: states as read_tenants.sql has them. Older state than the graph has is passed over.
UNWIND $rows AS row
MERGE (t:Tenant {tenantId: row.tenantId})
WITH t, row WHERE coalesce(t.version, -1) <= row.version
SET t.name = row.name, t.createdAt = datetime.fromEpoch(row.createdAt / 1000000, row.createdAt % 1000000 * 1000),
    t.version = row.version
