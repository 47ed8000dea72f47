-- Dead letters, newest first. $1 queue (text) or null, $2 id (bigint) or null, $3 at most so many (bigint) or null.
SELECT dead_letter_id, tenant_id, queue, message_type, attempt_count, reason, error_code, error_text,
       to_char(enqueued_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       conversation_handle, body::text, metadata::text
FROM broker.dead_letter
WHERE ($1::text IS NULL OR queue = $1) AND ($2::bigint IS NULL OR dead_letter_id = $2)
ORDER BY dead_letter_id DESC
LIMIT $3::bigint
