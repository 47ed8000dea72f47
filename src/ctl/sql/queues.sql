-- The broker's queues.
SELECT queue, status, depth::bigint, extract(epoch FROM oldest_age)::float8, readers_active::bigint, readers_sleeping::bigint,
       dead_letters::bigint, max_attempts
FROM broker.queue_status ORDER BY queue_id
