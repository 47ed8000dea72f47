// $tenant, $uri (null: every document), $at, $limit. Which version of each document was in force at that time: the latest delivery
// that was complete by then. newer: how many came since.
MATCH (s:Source {tenantId: $tenant}) WHERE s.uri IS NOT NULL AND ($uri IS NULL OR s.uri = $uri)
WITH s ORDER BY s.createdAt, s.sourceId
WITH s.uri AS uri, collect(s) AS versions
WITH uri, versions, [n IN range(0, size(versions) - 1) WHERE versions[n].completedAt.epochSeconds * 1000000 + versions[n].completedAt.microsecond <= $at | n][-1] AS n
WITH uri, n, versions[n] AS s, size(versions) - 1 - n AS newer, count(*) AS times WHERE n IS NOT NULL
WITH uri, n, s, newer ORDER BY uri LIMIT $limit
CALL (s) {
    OPTIONAL MATCH (a:Atom {tenantId: $tenant})-[:INGESTED_FROM]->(s)
    RETURN min(a.id) AS atom
}
RETURN uri, n + 1 AS version, newer, s.sourceId AS source, atom, s.contentHash AS hash, s.size AS size, s.contentType AS content_type,
       s.createdAt.epochSeconds * 1000000 + s.createdAt.microsecond AS created_at, s.completedAt.epochSeconds * 1000000 + s.completedAt.microsecond AS completed_at
ORDER BY uri
