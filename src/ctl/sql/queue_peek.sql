-- The next messages of a queue. $1 its name (text), $2 at most so many (integer).
SELECT message_id, priority, state, message_type, attempts, rollbacks, to_char(enqueued_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       conversation_handle, conversation_group, body::text
FROM broker.peek($1::text, $2::integer)
