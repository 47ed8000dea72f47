// $kind, $tenant. As check_versions.sql: the sum of the versions; no row where they have none.
MATCH (n:Tenant) WHERE $kind = 'Tenant'
WITH sum(CASE WHEN n.version IS :: INTEGER NOT NULL THEN n.version ELSE 0 END) AS versions WHERE $kind = 'Tenant'
RETURN versions
UNION ALL
MATCH (n:User) WHERE $kind = 'User' AND n.tenantId = $tenant
WITH sum(CASE WHEN n.version IS :: INTEGER NOT NULL THEN n.version ELSE 0 END) AS versions WHERE $kind = 'User'
RETURN versions
UNION ALL
MATCH (n:Source) WHERE $kind = 'Source' AND n.tenantId = $tenant
WITH sum(CASE WHEN n.version IS :: INTEGER NOT NULL THEN n.version ELSE 0 END) AS versions WHERE $kind = 'Source'
RETURN versions
UNION ALL
MATCH (n:Operation) WHERE $kind = 'Operation' AND n.tenantId = $tenant AND NOT n:IngestionJob
WITH sum(CASE WHEN n.version IS :: INTEGER NOT NULL THEN n.version ELSE 0 END) AS versions WHERE $kind = 'Operation'
RETURN versions
UNION ALL
MATCH (n:ComplianceRule) WHERE $kind = 'ComplianceRule' AND n.tenantId = $tenant
WITH sum(CASE WHEN n.version IS :: INTEGER NOT NULL THEN n.version ELSE 0 END) AS versions WHERE $kind = 'ComplianceRule'
RETURN versions
UNION ALL
MATCH (n:AccessEvent) WHERE $kind = 'AccessEvent' AND n.tenantId = $tenant
WITH sum(CASE WHEN n.version IS :: INTEGER NOT NULL THEN n.version ELSE 0 END) AS versions WHERE $kind = 'AccessEvent'
RETURN versions
UNION ALL
MATCH (n:GenerationStream) WHERE $kind = 'GenerationStream' AND n.tenantId = $tenant
WITH sum(CASE WHEN n.version IS :: INTEGER NOT NULL THEN n.version ELSE 0 END) AS versions WHERE $kind = 'GenerationStream'
RETURN versions
UNION ALL
MATCH (n:Inference) WHERE $kind = 'Inference' AND n.tenantId = $tenant
WITH sum(CASE WHEN n.version IS :: INTEGER NOT NULL THEN n.version ELSE 0 END) AS versions WHERE $kind = 'Inference'
RETURN versions
