// $tenant
MATCH (s:Source) WHERE s.tenantId = $tenant
RETURN count(s)
