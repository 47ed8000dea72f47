// $tenant, $limit. Deletes so many nodes of a tenant that there is none of; how many it were.
MATCH (n:Atom|User|Source|Operation|GenerationStream|Inference|AccessEvent|ComplianceRule|Decision|Feedback)
WHERE n.tenantId = $tenant
WITH n LIMIT $limit
DETACH DELETE n
RETURN count(*)
