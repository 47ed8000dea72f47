// The first two tenants: is there only one?
MATCH (t:Tenant) RETURN t.tenantId AS tenant ORDER BY tenant LIMIT 2
