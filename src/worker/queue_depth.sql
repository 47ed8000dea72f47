-- What waits in queue $1 (text), and how many of its messages are dead letters.
SELECT s.depth::bigint, s.dead_letters::bigint FROM broker.queue_status s WHERE s.queue = $1
