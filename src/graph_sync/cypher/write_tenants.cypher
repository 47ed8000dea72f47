// $rows: [{tenantId, name, createdAt}]
UNWIND $rows AS row
MERGE (t:Tenant {tenantId: row.tenantId})
SET t.name = row.name, t.createdAt = datetime(row.createdAt)
