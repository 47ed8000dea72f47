-- Throws a dead letter away. $1 its number (bigint).
SELECT broker.discard_dead_letter($1::bigint)
