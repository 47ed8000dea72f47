-- How many dead letters there are. $1 queue (text) or null, $2 beginning of the reason (text) or null, $3 message type (text) or null.
SELECT count(*) FROM broker.dead_letter
WHERE ($1::text IS NULL OR queue = $1) AND ($2::text IS NULL OR starts_with(reason, $2)) AND ($3::text IS NULL OR message_type = $3)
