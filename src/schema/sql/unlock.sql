-- Gives back what lock.sql took.
SELECT pg_advisory_unlock(1212240468, 1)
