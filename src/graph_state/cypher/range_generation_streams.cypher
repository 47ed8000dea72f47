// $tenant, $after, $to (null: no end), $limit. id and state as read_generation_streams.sql has it; ascending, after < id <= to.
MATCH (g:GenerationStream) WHERE g.tenantId = $tenant AND g.streamId > $after AND g.streamId <= coalesce($to, 9223372036854775807)
WITH g ORDER BY g.streamId LIMIT $limit
RETURN g.streamId AS id, g {.*, 
    createdAt: CASE WHEN g.createdAt IS :: ZONED DATETIME THEN g.createdAt.epochSeconds * 1000000 + g.createdAt.microsecond ELSE g.createdAt END, 
    endedAt: CASE WHEN g.endedAt IS :: ZONED DATETIME THEN g.endedAt.epochSeconds * 1000000 + g.endedAt.microsecond ELSE g.endedAt END, 
    modelId: head([(g)-[:USED_MODEL]->(m:Model) | m.modelId]), 
    modelVersion: head([(g)-[:USED_VERSION]->(m:ModelVersion) | m.version]), 
    atoms: COLLECT { MATCH (g)-[r:GENERATED]->(a:Atom) RETURN {ordinal: r.ordinal, atom: a.id} ORDER BY r.ordinal, a.id }} AS state
ORDER BY id
