-- $1 numbers of messages (bigint[]), $2 their kinds (text[]), $3 handle of the conversation's other end or null,
-- $4 when they are due in microseconds since 1970 or null. After the send: the conversation's turn is ours until COMMIT.
INSERT INTO fire.sent (n, kind, conversation, due_at)
SELECT m.n, m.kind, $3::bigint, to_timestamp($4::bigint / 1000000.0)
FROM unnest($1, $2) WITH ORDINALITY AS m (n, kind, position) ORDER BY m.position
