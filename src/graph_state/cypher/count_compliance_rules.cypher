// $tenant
MATCH (r:ComplianceRule) WHERE r.tenantId = $tenant
RETURN count(r)
