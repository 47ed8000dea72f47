-- $1 priority (integer). Messages to graph sync of that priority that wait or are being handled.
SELECT count(*) FROM broker.message m JOIN broker.queue q ON q.queue_id = m.queue_id
WHERE q.name = 'Neo4jSyncQueue' AND m.priority = $1::integer
