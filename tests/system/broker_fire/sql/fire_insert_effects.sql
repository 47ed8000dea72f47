-- $1 numbers of messages, $2 their ids, $3 their conversations, $4 the attempts they had (bigint[] each), $5 the reader.
INSERT INTO fire.effect (n, message_id, conversation, attempts, reader)
SELECT m.n, m.id, m.conversation, m.attempts, $5
FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS m (n, id, conversation, attempts, position) ORDER BY m.position
