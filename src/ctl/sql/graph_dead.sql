-- What graph sync gave up.
SELECT count(*) FROM broker.dead_letter WHERE queue = 'Neo4jSyncQueue'
