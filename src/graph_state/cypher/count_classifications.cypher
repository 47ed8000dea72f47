// $tenant
MATCH (a:Atom)-[c:CLASSIFIED_AS]->() WHERE a.tenantId = $tenant
RETURN count(c)
