-- What monitoring wants to know of queue $1 (text), in the order of the table in queue_figures.c. The depth is counted for this queue
-- alone, since that takes long where much waits; the view's own, of all queues, is not computed where it is not asked for.
SELECT (SELECT count(*) FROM broker.message m WHERE m.queue_id = s.queue_id),
       (SELECT count(*) FROM broker.deferred_message d WHERE d.queue_id = s.queue_id),
       coalesce(extract(epoch FROM s.oldest_age), 0)::float8,
       s.readers_active::bigint, s.readers_sleeping::bigint, a.consumed, a.failed, a.rolled_back, a.buried,
       (SELECT count(*) FROM broker.dead_letter l WHERE l.queue = s.queue)
FROM broker.queue_status s JOIN broker.queue_activity a ON a.queue = s.queue
WHERE s.queue = $1
