// $tenant, $limit. What there is something newer of: atoms that are said to be superseded, revisions of models (which belong to all tenants),
// and sources whose URI was delivered again; each with the next newer one.
CALL () {
    MATCH (older:Atom {tenantId: $tenant})-[link:SUPERSEDED_BY]->(newer:Atom {tenantId: $tenant}) USING SCAN link:SUPERSEDED_BY
    RETURN 'atom' AS kind, older.id AS place, newer.id AS next, 'atom ' + older.id AS older, 'atom ' + newer.id AS newer, older.preview AS name,
           link.timestamp AS at
    UNION ALL
    MATCH (older:ModelVersion)-[link:SUPERSEDED_BY]->(newer:ModelVersion)
    RETURN 'model' AS kind, older.rowId AS place, newer.rowId AS next, 'model ' + older.modelId + ' ' + older.version AS older,
           'model ' + newer.modelId + ' ' + newer.version AS newer, older.modelId AS name, newer.createdAt AS at
    UNION ALL
    MATCH (s:Source {tenantId: $tenant}) WHERE s.uri IS NOT NULL
    WITH s ORDER BY s.createdAt, s.sourceId
    WITH s.uri AS uri, collect(s) AS versions
    UNWIND range(1, size(versions) - 1) AS n
    WITH uri, versions[n - 1] AS older, versions[n] AS newer
    RETURN 'source' AS kind, older.sourceId AS place, newer.sourceId AS next, 'source ' + older.sourceId AS older, 'source ' + newer.sourceId AS newer,
           uri AS name, newer.createdAt AS at
}
WITH kind, place, next, older, newer, name, at ORDER BY kind, place, next LIMIT $limit
RETURN kind, older, newer, name, at.epochSeconds * 1000000 + at.microsecond AS superseded_at
ORDER BY kind, place, next
