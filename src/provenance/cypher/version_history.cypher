// $tenant, $uri, $limit. Every delivery of the document at this URI, oldest first; changed: has it other bytes than the one before (null: not known yet)?
MATCH (s:Source {tenantId: $tenant, uri: $uri})
WITH s ORDER BY s.createdAt, s.sourceId
WITH collect(s) AS versions
UNWIND range(0, size(versions) - 1) AS n
WITH n, versions[n] AS s, CASE n WHEN 0 THEN versions[n] ELSE versions[n - 1] END AS before, count(*) AS times ORDER BY n LIMIT $limit
CALL (s) {
    OPTIONAL MATCH (a:Atom {tenantId: $tenant})-[:INGESTED_FROM]->(s)
    RETURN min(a.id) AS atom
}
RETURN n + 1 AS version, s.sourceId AS source, atom, s.contentHash AS hash, s.contentHash <> before.contentHash AS changed,
       s.size AS size, s.contentType AS content_type, s.state AS state, s.problem AS problem, s.deliveredBy AS delivered_by,
       s.createdAt.epochSeconds * 1000000 + s.createdAt.microsecond AS created_at, s.completedAt.epochSeconds * 1000000 + s.completedAt.microsecond AS completed_at
ORDER BY version
