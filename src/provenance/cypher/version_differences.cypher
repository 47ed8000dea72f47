// $tenant, $old, $new: sources, $limit. Components of the documents of two sources that only one of them has: those removed from the old and
// those added in the new, in their order there; times: how often.
MATCH (before:Source {sourceId: $old, tenantId: $tenant}) USING INDEX SEEK before:Source(sourceId, tenantId)
MATCH (after:Source {sourceId: $new, tenantId: $tenant}) USING INDEX SEEK after:Source(sourceId, tenantId)
MATCH (b:Atom {tenantId: $tenant})-[:INGESTED_FROM]->(before)
MATCH (a:Atom {tenantId: $tenant})-[:INGESTED_FROM]->(after)
CALL (a, b) {
    MATCH (b)-[h:HAS_COMPONENT]->(c:Atom {tenantId: $tenant}) RETURN c, h.sequenceIndex AS sequence, 1 AS of_old
    UNION ALL
    MATCH (a)-[h:HAS_COMPONENT]->(c:Atom {tenantId: $tenant}) RETURN c, h.sequenceIndex AS sequence, 0 AS of_old
}
WITH c, count(*) AS times, sum(of_old) AS of_old, min(sequence) AS sequence
WHERE of_old = 0 OR of_old = times
WITH c, CASE of_old WHEN 0 THEN 'added' ELSE 'removed' END AS change, sequence, times
ORDER BY change, sequence, c.id LIMIT $limit
RETURN change, sequence, c.id AS atom, times, c.atomType AS kind, c.size AS size, c.preview AS text
ORDER BY change, sequence, atom
