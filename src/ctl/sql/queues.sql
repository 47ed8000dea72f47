-- The broker's queues. $1 the name of one (text) or null.
SELECT queue, status, depth::bigint, deferred::bigint, extract(epoch FROM oldest_age)::float8, readers_active::bigint, readers_sleeping::bigint,
       max_readers, max_attempts, dead_letters::bigint, max_rollbacks, extract(epoch FROM retention)::float8
FROM broker.queue_status WHERE $1::text IS NULL OR queue = $1 ORDER BY queue_id
