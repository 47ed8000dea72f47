-- Removes sources with what only they used, or counts what would go. $1 tenant (integer), $2 sources (bigint[]), $3 only count (boolean).
SELECT sources, atoms, bytes, embeddings, staged_bytes, messages, dead_letters
FROM hartonomous.delete_sources($1::integer, $2::bigint[], $3::boolean)
