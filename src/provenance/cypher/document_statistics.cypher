// 2.2 A source's document and those that lie in it: components, how many of them differ, their bytes, documents inside.
// $tenant, $source, $limit. depth is 0 for the source itself, 1 for what lies in it.
MATCH (s {tenantId: $tenant})-[within:LAY_IN*0..1]->(asked:Source {sourceId: $source, tenantId: $tenant})
USING INDEX SEEK asked:Source(sourceId, tenantId)
WITH s, size(within) AS depth ORDER BY depth, s.sourceId LIMIT $limit
OPTIONAL MATCH (s)<-[:INGESTED_FROM]-(d {tenantId: $tenant})
OPTIONAL MATCH (d)-[h:HAS_COMPONENT]->(c {tenantId: $tenant})
WITH s, depth, d, count(h) AS components, count(DISTINCT c) AS different, sum(c.size) AS bytes
RETURN depth, s.sourceId AS source, s.fileName AS name, s.contentType AS type, s.size AS size, d.id AS document, components,
       different, bytes, COUNT { (s)<-[:LAY_IN]-({tenantId: $tenant}) } AS inside
ORDER BY depth, source
