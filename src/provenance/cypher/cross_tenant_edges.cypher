// $limit. Relationships between nodes of two tenants: there must be none. Over all tenants, so that every relationship is read.
MATCH (a)-[link]->(b) WHERE a.tenantId <> b.tenantId
WITH a.tenantId AS from_tenant, [label IN labels(a) WHERE label <> 'IngestionJob'][0] + ' ' + coalesce(a.id, a.sourceId, a.operationId, a.streamId, a.inferenceId, a.decisionId,
         a.feedbackId, a.accessId, a.ruleId, a.userId, a.tenantId, elementId(a)) AS from_node,
     type(link) AS type, b.tenantId AS to_tenant,
     [label IN labels(b) WHERE label <> 'IngestionJob'][0] + ' ' + coalesce(b.id, b.sourceId, b.operationId, b.streamId, b.inferenceId, b.decisionId,
         b.feedbackId, b.accessId, b.ruleId, b.userId, b.tenantId, elementId(b)) AS to_node
ORDER BY from_tenant, to_tenant, type, from_node, to_node LIMIT $limit
RETURN from_node, from_tenant, type, to_node, to_tenant
ORDER BY from_tenant, to_tenant, type, from_node, to_node
