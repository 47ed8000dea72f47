// $tenant
MATCH (a:Atom) WHERE a.tenantId = $tenant
RETURN count(a)
