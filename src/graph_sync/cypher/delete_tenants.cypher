// $rows: [id]
UNWIND $rows AS id
MATCH (t:Tenant {tenantId: id})
DETACH DELETE t
