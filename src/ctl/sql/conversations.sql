-- Ends of conversations, newest first. $1 service (text) or null, $2 state (text) or null, $3 a handle (bigint) or null: that end,
-- which then comes first, and the other one. $4 at most so many (bigint) or null.
SELECT handle, side, state, service, far_service, contract, priority, waiting,
       to_char(timer_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), pg_get_userbyid(begun_by)::text, conversation_group, far_handle
FROM broker.conversation_status
WHERE ($1::text IS NULL OR service = $1) AND ($2::text IS NULL OR state = $2) AND ($3::bigint IS NULL OR $3 IN (handle, far_handle))
ORDER BY handle IS NOT DISTINCT FROM $3 DESC, handle DESC
LIMIT $4::bigint
