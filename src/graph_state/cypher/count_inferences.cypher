// $tenant
MATCH (i:Inference) WHERE i.tenantId = $tenant
RETURN count(i)
