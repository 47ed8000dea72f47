// $rows: [id]
UNWIND $rows AS id
MATCH (t:Tenant {tenantId: id}) USING INDEX SEEK t:Tenant(tenantId)
DETACH DELETE t
