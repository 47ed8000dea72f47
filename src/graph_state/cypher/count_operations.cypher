// $tenant
MATCH (o:Operation) WHERE o.tenantId = $tenant AND NOT o:IngestionJob
RETURN count(o)
