// $rows: states as read_users.sql has them. Older state than the graph has is passed over.
UNWIND $rows AS row
MERGE (u:User {userId: row.userId, tenantId: row.tenantId})
WITH u, row WHERE coalesce(u.version, -1) <= row.version
SET u.name = row.name, u.clearance = row.clearance,
    u.createdAt = datetime.fromEpoch(row.createdAt / 1000000, row.createdAt % 1000000 * 1000), u.version = row.version
WITH u, row
MATCH (t:Tenant {tenantId: row.tenantId}) USING INDEX SEEK t:Tenant(tenantId)
MERGE (u)-[:BELONGS_TO_TENANT]->(t)
