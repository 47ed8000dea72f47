-- Names of the queues.
SELECT name FROM broker.queue
