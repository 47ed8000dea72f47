// $tenant
MATCH (g:GenerationStream) WHERE g.tenantId = $tenant
RETURN count(g)
