// $tenant
MATCH (p:Atom) WHERE p.tenantId = $tenant
RETURN sum(COUNT { (p)-[:HAS_COMPONENT]->() })
