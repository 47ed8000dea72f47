// 2.1 The components of a source's document, in their order. $tenant, $source; $from: first sequence index wanted;
// $limit. Of documents whose components stay in PostgreSQL ([sync] leave_out) there is no row.
MATCH (s:Source {sourceId: $source, tenantId: $tenant})<-[:INGESTED_FROM]-(d {tenantId: $tenant})
      -[h:HAS_COMPONENT]->(c {tenantId: $tenant})
USING INDEX SEEK s:Source(sourceId, tenantId)
WHERE h.sequenceIndex >= $from
RETURN d.id AS document, h.sequenceIndex AS sequence, c.id AS atom, c.atomType AS type, c.size AS size, c.preview AS text
ORDER BY sequence, atom LIMIT $limit
