// Returns when every index is online, or fails after a minute.
CALL db.awaitIndexes(60)
