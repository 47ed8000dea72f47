-- How many messages a purge would find. $1 the queue's name (text), $2 a message type (text) or null.
SELECT (SELECT count(*) FROM broker.message m WHERE m.queue_id = q.queue_id AND ($2::text IS NULL OR m.message_type = $2))
     + (SELECT count(*) FROM broker.deferred_message d WHERE d.queue_id = q.queue_id AND NOT d.is_timer AND ($2 IS NULL OR d.message_type = $2))
FROM broker.queue q WHERE q.name = $1::text
