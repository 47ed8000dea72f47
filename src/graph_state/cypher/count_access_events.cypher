// $tenant
MATCH (e:AccessEvent) WHERE e.tenantId = $tenant
RETURN count(e)
