// $tenant, $after, $to (null: no end), $limit. id and state as read_models.sql has it; ascending, after < id <= to.
MATCH (v:ModelVersion) WHERE v.rowId > $after AND v.rowId <= coalesce($to, 9223372036854775807)
WITH v ORDER BY v.rowId LIMIT $limit
RETURN v.rowId AS id, v {.*, 
    createdAt: CASE WHEN v.createdAt IS :: ZONED DATETIME THEN v.createdAt.epochSeconds * 1000000 + v.createdAt.microsecond ELSE v.createdAt END, 
    supersedes: head([(b:ModelVersion)-[:SUPERSEDED_BY]->(v) | b.version])} AS state
ORDER BY id
