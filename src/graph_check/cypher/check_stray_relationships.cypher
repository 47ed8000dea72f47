// $tenant (null: all), $limit, $delete. Relationships of our types with an end of ours that no kind owns: between other nodes
// than the model has them, across tenants, components without their place. Type, tenant, from, to, element; with $delete they are
// deleted.
MATCH (a)-[r:HAS_COMPONENT|DERIVED_FROM|INGESTED_FROM|BELONGS_TO_TENANT|LAY_IN|SUPERSEDED_BY|HAS_VERSION|HAD_INPUT|GENERATED|REQUESTED_BY|USED_MODEL|USED_VERSION|USED_ATOM|USED_REASONING|IN_CONTEXT|CONSIDERED|HAS_FEEDBACK|GIVEN_BY|PERFORMED|ACCESSED|CLASSIFIED_AS|APPLIES_TO]->(b)
WITH a, r, b, CASE type(r)
    WHEN 'HAS_COMPONENT' THEN a:Atom AND b:Atom AND r.sequenceIndex IS :: INTEGER NOT NULL AND size(keys(r)) = 1
    WHEN 'DERIVED_FROM' THEN a:Atom AND b:Atom
    WHEN 'INGESTED_FROM' THEN a:Atom AND b:Source
    WHEN 'BELONGS_TO_TENANT' THEN (a:Source OR a:User) AND b:Tenant
    WHEN 'LAY_IN' THEN a:Source AND b:Source
    WHEN 'SUPERSEDED_BY' THEN (a:Atom AND b:Atom) OR (a:ModelVersion AND b:ModelVersion AND a.modelId = b.modelId)
    WHEN 'HAS_VERSION' THEN a:Model AND b:ModelVersion AND a.modelId = b.modelId
    WHEN 'HAD_INPUT' THEN ((a:Operation AND NOT a:IngestionJob) OR a:Inference) AND b:Atom
    WHEN 'GENERATED' THEN (a:Operation OR a:GenerationStream OR a:Inference) AND b:Atom
    WHEN 'REQUESTED_BY' THEN ((a:Operation AND NOT a:IngestionJob) OR a:Inference) AND b:User
    WHEN 'USED_MODEL' THEN (a:GenerationStream OR a:Inference) AND b:Model
    WHEN 'USED_VERSION' THEN (a:GenerationStream OR a:Inference) AND b:ModelVersion AND EXISTS { (a)-[:USED_MODEL]->(:Model {modelId: b.modelId}) }
    WHEN 'USED_ATOM' THEN a:Inference AND b:Atom
    WHEN 'USED_REASONING' THEN a:Inference AND b:ReasoningMode
    WHEN 'IN_CONTEXT' THEN a:Inference AND b:Context
    WHEN 'CONSIDERED' THEN a:Inference AND b:Decision
    WHEN 'HAS_FEEDBACK' THEN a:Inference AND b:Feedback
    WHEN 'GIVEN_BY' THEN a:Feedback AND b:User
    WHEN 'PERFORMED' THEN a:User AND b:AccessEvent
    WHEN 'ACCESSED' THEN a:AccessEvent AND b:Atom
    WHEN 'CLASSIFIED_AS' THEN a:Atom AND b:DataClassification
    WHEN 'APPLIES_TO' THEN a:ComplianceRule AND b:DataClassification
    END AS fits
WHERE (NOT coalesce(fits, false) OR (a.tenantId <> b.tenantId))
  AND (a:Atom|Tenant|User|Source|Operation|Model|ModelVersion|GenerationStream|Inference|Decision|Feedback|AccessEvent|ComplianceRule OR b:Atom|Tenant|User|Source|Operation|Model|ModelVersion|GenerationStream|Inference|Decision|Feedback|AccessEvent|ComplianceRule)
  AND ($tenant IS NULL OR a.tenantId = $tenant OR b.tenantId = $tenant)
WITH r, type(r) AS type, toIntegerOrNull(coalesce(a.tenantId, b.tenantId)) AS tenant,
     head(labels(a)) + ' ' + coalesce(toStringOrNull(coalesce(a.id, a.sourceId, a.operationId, a.inferenceId, a.streamId, a.userId, a.accessId, a.ruleId,
                                                              a.feedbackId, a.decisionId, a.modelId, a.tenantId)), '?') AS from,
     head(labels(b)) + ' ' + coalesce(toStringOrNull(coalesce(b.id, b.sourceId, b.operationId, b.inferenceId, b.streamId, b.userId, b.accessId, b.ruleId,
                                                              b.feedbackId, b.decisionId, b.modelId, b.tenantId)), '?') AS to,
     elementId(r) AS element LIMIT $limit
FOREACH (gone IN CASE WHEN $delete THEN [r] ELSE [] END | DELETE gone)
RETURN type, tenant, from, to, element
