-- What is left of the pipeline's work: messages in its queues, and dead letters of them.
SELECT coalesce(sum(depth), 0)::bigint, coalesce(sum(dead_letters), 0)::bigint
FROM broker.queue_status WHERE queue IN ('IngestionQueue', 'Neo4jSyncQueue', 'EmbeddingQueue')
