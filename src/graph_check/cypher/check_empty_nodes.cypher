// $limit. Deletes so many nodes of ours with their relationships; how many it were.
MATCH (n:Atom|Tenant|User|Source|Operation|Model|ModelVersion|GenerationStream|Inference|Decision|Feedback|AccessEvent|ComplianceRule)
WITH n LIMIT $limit
DETACH DELETE n
RETURN count(*)
