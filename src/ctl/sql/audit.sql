-- What people did by hand, newest first. $1 queue (text) or null, $2 at most so many (bigint) or null.
SELECT audit_id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), role::text, application, action, queue, subject, detail::text
FROM broker.audit WHERE $1::text IS NULL OR queue = $1 ORDER BY audit_id DESC LIMIT $2::bigint
