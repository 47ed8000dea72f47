-- Dead letters by queue, reason and message type, the most first. $1 queue (text) or null.
SELECT letters::bigint, queue, message_type, to_char(first_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       to_char(last_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), reason
FROM broker.dead_letter_summary WHERE $1::text IS NULL OR queue = $1
ORDER BY letters DESC, queue, reason, message_type
