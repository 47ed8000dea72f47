-- Messages to graph sync that wait or are being handled.
SELECT count(*) FROM broker.message m JOIN broker.queue q ON q.queue_id = m.queue_id WHERE q.name = 'Neo4jSyncQueue'
