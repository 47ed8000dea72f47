-- Names of the queues, with those that were dropped but have left notes of what was done to them.
SELECT name FROM broker.queue UNION SELECT queue FROM broker.audit WHERE queue IS NOT NULL
