-- One program changes or verifies the schema at a time. The lock (class 0x48415254, "HART") ends with the session.
SELECT pg_advisory_lock(1212240468, 1)
