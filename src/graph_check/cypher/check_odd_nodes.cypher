// $tenant (null: all), $limit (of each label), $delete. Nodes with a label of ours that nothing in PostgreSQL could be the
// row of: without a key, with a key of another type, or a part without its whole. Label, tenant, key, element; with $delete
// they are deleted.
MATCH (n:Tenant)
WHERE NOT (n.tenantId IS :: INTEGER NOT NULL) AND ($tenant IS NULL OR n.tenantId = $tenant)
WITH n, toIntegerOrNull(n.tenantId) AS tenant, toStringOrNull(n.tenantId) AS key, elementId(n) AS element LIMIT $limit
FOREACH (gone IN CASE WHEN $delete THEN [n] ELSE [] END | DETACH DELETE gone)
RETURN 'Tenant' AS label, tenant, key, element
UNION ALL
MATCH (n:User)
WHERE NOT (n.userId IS :: INTEGER NOT NULL AND n.tenantId IS :: INTEGER NOT NULL) AND ($tenant IS NULL OR n.tenantId = $tenant)
WITH n, toIntegerOrNull(n.tenantId) AS tenant, toStringOrNull(n.userId) AS key, elementId(n) AS element LIMIT $limit
FOREACH (gone IN CASE WHEN $delete THEN [n] ELSE [] END | DETACH DELETE gone)
RETURN 'User' AS label, tenant, key, element
UNION ALL
MATCH (n:Source)
WHERE NOT (n.sourceId IS :: INTEGER NOT NULL AND n.tenantId IS :: INTEGER NOT NULL) AND ($tenant IS NULL OR n.tenantId = $tenant)
WITH n, toIntegerOrNull(n.tenantId) AS tenant, toStringOrNull(n.sourceId) AS key, elementId(n) AS element LIMIT $limit
FOREACH (gone IN CASE WHEN $delete THEN [n] ELSE [] END | DETACH DELETE gone)
RETURN 'Source' AS label, tenant, key, element
UNION ALL
MATCH (n:Atom)
WHERE NOT (n.id IS :: INTEGER NOT NULL AND n.tenantId IS :: INTEGER NOT NULL) AND ($tenant IS NULL OR n.tenantId = $tenant)
WITH n, toIntegerOrNull(n.tenantId) AS tenant, toStringOrNull(n.id) AS key, elementId(n) AS element LIMIT $limit
FOREACH (gone IN CASE WHEN $delete THEN [n] ELSE [] END | DETACH DELETE gone)
RETURN 'Atom' AS label, tenant, key, element
UNION ALL
MATCH (n:Operation)
WHERE NOT (n.tenantId IS :: INTEGER NOT NULL AND n.operationId IS :: STRING NOT NULL AND n.operationId =~ CASE WHEN n:IngestionJob THEN 'ingestion:[0-9]+' ELSE '[0-9]+' END) AND ($tenant IS NULL OR n.tenantId = $tenant)
WITH n, toIntegerOrNull(n.tenantId) AS tenant, toStringOrNull(n.operationId) AS key, elementId(n) AS element LIMIT $limit
FOREACH (gone IN CASE WHEN $delete THEN [n] ELSE [] END | DETACH DELETE gone)
RETURN 'Operation' AS label, tenant, key, element
UNION ALL
MATCH (n:IngestionJob)
WHERE NOT (n:Operation) AND ($tenant IS NULL OR n.tenantId = $tenant)
WITH n, toIntegerOrNull(n.tenantId) AS tenant, toStringOrNull(n.operationId) AS key, elementId(n) AS element LIMIT $limit
FOREACH (gone IN CASE WHEN $delete THEN [n] ELSE [] END | DETACH DELETE gone)
RETURN 'IngestionJob' AS label, tenant, key, element
UNION ALL
MATCH (n:Model)
WHERE NOT (n.modelId IS :: STRING NOT NULL AND EXISTS { (n)-[:HAS_VERSION]->(:ModelVersion) }) AND ($tenant IS NULL OR n.tenantId = $tenant)
WITH n, toIntegerOrNull(n.tenantId) AS tenant, toStringOrNull(n.modelId) AS key, elementId(n) AS element LIMIT $limit
FOREACH (gone IN CASE WHEN $delete THEN [n] ELSE [] END | DETACH DELETE gone)
RETURN 'Model' AS label, tenant, key, element
UNION ALL
MATCH (n:ModelVersion)
WHERE NOT (n.modelId IS :: STRING NOT NULL AND n.version IS :: STRING NOT NULL AND n.rowId IS :: INTEGER NOT NULL) AND ($tenant IS NULL OR n.tenantId = $tenant)
WITH n, toIntegerOrNull(n.tenantId) AS tenant, toStringOrNull(n.modelId) AS key, elementId(n) AS element LIMIT $limit
FOREACH (gone IN CASE WHEN $delete THEN [n] ELSE [] END | DETACH DELETE gone)
RETURN 'ModelVersion' AS label, tenant, key, element
UNION ALL
MATCH (n:GenerationStream)
WHERE NOT (n.streamId IS :: INTEGER NOT NULL AND n.tenantId IS :: INTEGER NOT NULL) AND ($tenant IS NULL OR n.tenantId = $tenant)
WITH n, toIntegerOrNull(n.tenantId) AS tenant, toStringOrNull(n.streamId) AS key, elementId(n) AS element LIMIT $limit
FOREACH (gone IN CASE WHEN $delete THEN [n] ELSE [] END | DETACH DELETE gone)
RETURN 'GenerationStream' AS label, tenant, key, element
UNION ALL
MATCH (n:Inference)
WHERE NOT (n.inferenceId IS :: INTEGER NOT NULL AND n.tenantId IS :: INTEGER NOT NULL) AND ($tenant IS NULL OR n.tenantId = $tenant)
WITH n, toIntegerOrNull(n.tenantId) AS tenant, toStringOrNull(n.inferenceId) AS key, elementId(n) AS element LIMIT $limit
FOREACH (gone IN CASE WHEN $delete THEN [n] ELSE [] END | DETACH DELETE gone)
RETURN 'Inference' AS label, tenant, key, element
UNION ALL
MATCH (n:Decision)
WHERE NOT (n.decisionId IS :: STRING NOT NULL AND n.tenantId IS :: INTEGER NOT NULL AND COUNT { (:Inference)-[:CONSIDERED]->(n) } = 1) AND ($tenant IS NULL OR n.tenantId = $tenant)
WITH n, toIntegerOrNull(n.tenantId) AS tenant, toStringOrNull(n.decisionId) AS key, elementId(n) AS element LIMIT $limit
FOREACH (gone IN CASE WHEN $delete THEN [n] ELSE [] END | DETACH DELETE gone)
RETURN 'Decision' AS label, tenant, key, element
UNION ALL
MATCH (n:Feedback)
WHERE NOT (n.feedbackId IS :: INTEGER NOT NULL AND n.tenantId IS :: INTEGER NOT NULL AND COUNT { (:Inference)-[:HAS_FEEDBACK]->(n) } = 1) AND ($tenant IS NULL OR n.tenantId = $tenant)
WITH n, toIntegerOrNull(n.tenantId) AS tenant, toStringOrNull(n.feedbackId) AS key, elementId(n) AS element LIMIT $limit
FOREACH (gone IN CASE WHEN $delete THEN [n] ELSE [] END | DETACH DELETE gone)
RETURN 'Feedback' AS label, tenant, key, element
UNION ALL
MATCH (n:AccessEvent)
WHERE NOT (n.accessId IS :: INTEGER NOT NULL AND n.tenantId IS :: INTEGER NOT NULL) AND ($tenant IS NULL OR n.tenantId = $tenant)
WITH n, toIntegerOrNull(n.tenantId) AS tenant, toStringOrNull(n.accessId) AS key, elementId(n) AS element LIMIT $limit
FOREACH (gone IN CASE WHEN $delete THEN [n] ELSE [] END | DETACH DELETE gone)
RETURN 'AccessEvent' AS label, tenant, key, element
UNION ALL
MATCH (n:ComplianceRule)
WHERE NOT (n.ruleId IS :: INTEGER NOT NULL AND n.tenantId IS :: INTEGER NOT NULL) AND ($tenant IS NULL OR n.tenantId = $tenant)
WITH n, toIntegerOrNull(n.tenantId) AS tenant, toStringOrNull(n.ruleId) AS key, elementId(n) AS element LIMIT $limit
FOREACH (gone IN CASE WHEN $delete THEN [n] ELSE [] END | DETACH DELETE gone)
RETURN 'ComplianceRule' AS label, tenant, key, element
