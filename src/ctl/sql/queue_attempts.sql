-- Messages of a queue that were delivered before, by type and how often. $1 its name (text).
SELECT message_type, attempts, rollbacks, messages::bigint
FROM broker.queue_attempts WHERE queue = $1::text ORDER BY attempts DESC, rollbacks DESC, message_type
