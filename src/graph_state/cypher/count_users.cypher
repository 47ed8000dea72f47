// $tenant
MATCH (u:User) WHERE u.tenantId = $tenant
RETURN count(u)
