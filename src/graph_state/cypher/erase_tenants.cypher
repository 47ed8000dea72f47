// $rows: [id]
UNWIND $rows AS id
MATCH (t:Tenant {tenantId: id}) USING INDEX t:Tenant(tenantId)
DETACH DELETE t
