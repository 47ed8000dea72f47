// How many nodes of ours there are.
MATCH (n:Atom|Tenant|User|Source|Operation|Model|ModelVersion|GenerationStream|Inference|Decision|Feedback|AccessEvent|ComplianceRule)
RETURN count(n)
