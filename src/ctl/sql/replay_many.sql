-- Sends dead letters again. $1 queue (text) or null, $2 beginning of the reason (text) or null, $3 message type (text) or null. How many.
SELECT broker.replay_dead_letters($1::text, $2::text, $3::text)
