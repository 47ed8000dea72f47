// 3.1 What an operation read and what it made, inputs first. $tenant; $operation: its id, 17 or ingestion:55; $limit.
MATCH (o:Operation {operationId: $operation})-[r:HAD_INPUT|GENERATED]->(a {tenantId: $tenant})
USING INDEX SEEK o:Operation(operationId)
WHERE o.tenantId = $tenant
RETURN DISTINCT 'operation ' + o.operationId AS operation, CASE type(r) WHEN 'HAD_INPUT' THEN 'input' ELSE 'output' END AS how,
       a.id AS atom, a.atomType AS type, a.size AS size, a.preview AS text
ORDER BY how, atom LIMIT $limit
