-- $1 name, $2 revision.
SELECT model_id, dimension FROM hartonomous.model WHERE name = $1 AND revision = $2
