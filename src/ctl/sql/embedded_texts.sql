-- $1 handle of the conversation, $2 seconds to wait.
SELECT number, vector, model, revision, error FROM hartonomous.embedded_texts($1::bigint, $2::integer * interval '1 second')
