-- Dead letters, oldest first, so that a replay keeps their order. $1 queue (text) or null.
SELECT coalesce(array_agg(dead_letter_id ORDER BY dead_letter_id), '{}') FROM broker.dead_letter
WHERE $1::text IS NULL OR queue = $1
