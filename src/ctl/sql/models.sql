-- Models that make vectors, the active one first.
SELECT s.name, s.revision, left(s.revision, 12), s.engine, s.dimension, s.state, s.vectors, s.missing, s.bytes,
       to_char(s.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
FROM hartonomous.model_status s
WHERE s.dimension IS NOT NULL
ORDER BY s.state <> 'active', s.name, s.model_id
