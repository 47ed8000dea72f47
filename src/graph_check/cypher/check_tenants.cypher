// Tenants of all nodes of ours.
MATCH (n:Atom|User|Source|Operation|GenerationStream|Inference|AccessEvent|ComplianceRule|Decision|Feedback)
WHERE n.tenantId IS :: INTEGER NOT NULL
RETURN DISTINCT n.tenantId AS tenant ORDER BY tenant
