// $tenant
MATCH (o:IngestionJob) WHERE o.tenantId = $tenant
RETURN count(o)
