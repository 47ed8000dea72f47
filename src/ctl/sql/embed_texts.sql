-- $1 texts, $2 name of a model; null: the active one.
SELECT hartonomous.embed_texts($1::text[], $2::text)
