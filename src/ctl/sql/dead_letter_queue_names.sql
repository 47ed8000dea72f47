-- Names of the queues, with those that were dropped but have left dead letters.
SELECT name FROM broker.queue UNION SELECT queue FROM broker.dead_letter
