-- Sends a dead letter again. $1 its number (bigint).
SELECT broker.replay_dead_letter($1::bigint)
