-- One writer of the graph at a time, until this transaction ends. Neo4j gains nothing from a second one, and two would
-- lock each other out there; and who holds the lock reads a state that nobody else is just writing.
SELECT pg_advisory_xact_lock(hashtextextended('hartonomous graph', 0));
