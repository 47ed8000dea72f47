-- $1 handle, $2 message type, $3 body (jsonb or null).
SELECT broker.send($1, $2, $3::jsonb)
