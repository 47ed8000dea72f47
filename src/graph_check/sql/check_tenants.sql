-- All tenants, ascending.
SELECT t.tenant_id FROM hartonomous.tenant t ORDER BY t.tenant_id
