-- $1 queue number, $2 how many at most. Rows: id, conversation, type, body, attempts, microseconds since 1970.
SELECT id, conversation, message_type, body, attempts, (extract(epoch FROM enqueued_at) * 1000000)::bigint
FROM broker.take($1, $2)
