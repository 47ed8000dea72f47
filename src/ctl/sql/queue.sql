-- One queue: its limits, what is in it, its counters. $1 its name (text).
SELECT s.queue, s.status, s.max_readers, s.max_attempts, s.max_rollbacks, extract(epoch FROM s.retention)::float8,
       s.depth::bigint, s.deferred::bigint, to_char(s.oldest_enqueued_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       extract(epoch FROM s.oldest_age)::float8, s.readers_active::bigint, s.readers_sleeping::bigint, s.dead_letters::bigint,
       a.consumed, a.failed, a.rolled_back, a.buried
FROM broker.queue_status s JOIN broker.queue_activity a ON a.queue = s.queue
WHERE s.queue = $1::text
