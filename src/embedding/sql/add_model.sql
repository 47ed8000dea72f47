-- $1 name, $2 revision, $3 dimension, $4 engine. Another daemon may be adding it, too.
INSERT INTO hartonomous.model (name, revision, dimension, engine) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
