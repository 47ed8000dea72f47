-- The first two tenants: is there only one?
SELECT t.tenant_id FROM hartonomous.tenant t ORDER BY t.tenant_id LIMIT 2
