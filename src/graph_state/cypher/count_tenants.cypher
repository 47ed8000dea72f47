// $tenant
MATCH (t:Tenant)
RETURN count(t)
