-- Throws away what waits in a queue. $1 its name (text), $2 a message type (text) or null. How many.
SELECT broker.purge_queue($1::text, $2::text)
