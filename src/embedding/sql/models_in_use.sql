-- $1 numbers of models that messages name.
-- The models that new atoms get vectors of, and those that are named.
SELECT model_id, name, revision, state, state IN ('active', 'building') AS wanted
FROM hartonomous.model WHERE state IN ('active', 'building') OR model_id = ANY ($1::integer[]) ORDER BY model_id
