-- Dead letters, newest first. $1 queue (text) or null, $2 beginning of the reason (text) or null, $3 message type (text) or
-- null, $4 id (bigint) or null, $5 at most so many (bigint) or null. The last column is for people: reason and error in one.
SELECT dead_letter_id, tenant_id, queue, message_type, attempt_count, reason, error_code, error_text,
       to_char(enqueued_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       conversation_handle, body::text, metadata::text, concat_ws(': ', reason, nullif(error_text, reason))
FROM broker.dead_letter
WHERE ($1::text IS NULL OR queue = $1) AND ($2::text IS NULL OR starts_with(reason, $2)) AND ($3::text IS NULL OR message_type = $3)
  AND ($4::bigint IS NULL OR dead_letter_id = $4)
ORDER BY dead_letter_id DESC
LIMIT $5::bigint
