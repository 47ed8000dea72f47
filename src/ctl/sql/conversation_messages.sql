-- What is under way in a conversation, in its order. $1 handles of its ends (bigint[]), $2 at most so many (bigint) or null.
SELECT id, conversation, place, message_type, attempts, to_char(enqueued_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       to_char(due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), body::text
FROM (SELECT m.id, m.conversation, 'waiting' AS place, m.message_type, m.attempts, m.enqueued_at, NULL::timestamptz AS due_at, m.body
      FROM broker.conversation c
      JOIN broker.service s ON s.name = c.service
      JOIN broker.message m ON m.queue_id = s.queue_id AND m.conversation_group = c.conversation_group AND m.conversation_group <> m.id
                               AND m.conversation = c.handle
      WHERE c.handle = ANY ($1::bigint[])
      UNION ALL
      SELECT d.id, d.conversation, CASE WHEN d.is_timer THEN 'timer' ELSE 'deferred' END, d.message_type, 0, d.enqueued_at, d.due_at, d.body
      FROM broker.deferred_message d WHERE d.conversation = ANY ($1)
      UNION ALL
      SELECT u.id, u.conversation, 'undelivered', u.message_type, 0, u.enqueued_at, u.deliver_at, u.body
      FROM broker.undelivered_message u WHERE u.conversation = ANY ($1)) AS under_way
ORDER BY id
LIMIT $2::bigint
