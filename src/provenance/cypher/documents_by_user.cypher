// 2.3 What was delivered, newest first. $tenant; $user: the role that delivered it, null for all; $limit.
MATCH (t:Tenant {tenantId: $tenant})<-[:BELONGS_TO_TENANT]-(s {tenantId: $tenant})
USING INDEX SEEK t:Tenant(tenantId)
WHERE 'Source' IN labels(s) AND ($user IS NULL OR s.deliveredBy = $user)
WITH s, s.createdAt.epochSeconds * 1000000 + s.createdAt.microsecond AS delivered
ORDER BY delivered DESC, s.sourceId DESC LIMIT $limit
OPTIONAL MATCH (s)<-[:INGESTED_FROM]-(d {tenantId: $tenant})
RETURN s.deliveredBy AS user, s.sourceId AS source, s.fileName AS name, s.uri AS uri, s.contentType AS type, s.size AS size,
       s.state AS state, s.problem AS problem, d.id AS document, delivered,
       s.completedAt.epochSeconds * 1000000 + s.completedAt.microsecond AS completed
ORDER BY delivered DESC, source DESC
