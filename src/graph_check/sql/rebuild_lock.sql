-- One at a time, until the connection ends.
SELECT pg_try_advisory_lock(hashtextextended('hartonomous graph rebuild', 0))
