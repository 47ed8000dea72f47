-- $1 queue number, $2 how many at most, $3 look behind these message ids (bigint[], one for each priority), $4 the delivery before,
-- which is committed, or null, $5 careful? Rows: id, conversation, type, body, attempts, microseconds since 1970, priority, delivery;
-- or one row with an id below 1, see the comment on broker.next_delivery.
SELECT id, conversation, message_type, body, attempts, enqueued_at, priority, delivery
FROM broker.next_delivery($1, $2, $3, $4::bigint, careful => $5)
