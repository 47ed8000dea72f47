-- Models that make vectors: number, name, revision, state.
SELECT m.model_id, m.name, m.revision, m.state
FROM hartonomous.model m WHERE m.dimension IS NOT NULL
ORDER BY m.model_id
