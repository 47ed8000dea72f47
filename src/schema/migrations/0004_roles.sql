-- Who may do what. Each daemon logs in as a role of its own (peer authentication: equal to its system user) with the least
-- it needs; people who run hartonomousctl are granted hartonomous_operator. The owner of the schema may do all.

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['hartonomous-ingestion', 'hartonomous-graph-sync', 'hartonomous-embedding'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', name);
        END IF;
    END LOOP;
    IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = 'hartonomous_operator') THEN
        CREATE ROLE hartonomous_operator NOLOGIN;
    END IF;
END $$;

-- Functions are open to everybody unless closed. What computes an advisory lock's key stays open: views use it with the rights
-- of whoever reads them.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA broker, hartonomous FROM PUBLIC;
GRANT USAGE ON SCHEMA broker, hartonomous TO "hartonomous-ingestion", "hartonomous-graph-sync", "hartonomous-embedding", hartonomous_operator;
GRANT EXECUTE ON FUNCTION broker.lock_class_sleeping, broker.lock_class_sending,
    broker.lock_class_order, broker.lock_class_conversation, broker.channel TO PUBLIC;

-- Receiving: the functions look into broker.queue_reader.
INSERT INTO broker.queue_reader (queue_id, role)
SELECT q.queue_id, reader.role::regrole
FROM (VALUES ('IngestionQueue', '"hartonomous-ingestion"'), ('Neo4jSyncQueue', '"hartonomous-graph-sync"'),
             ('EmbeddingQueue', '"hartonomous-embedding"'), ('ClientQueue', 'hartonomous_operator')) AS reader (queue, role)
JOIN broker.queue q ON q.name = reader.queue;
GRANT EXECUTE ON FUNCTION broker.attach, broker.lock_next, broker.take, broker.settle, broker.receive,
    broker.announce_sleep, broker.announce_work, broker.senders_done
    TO "hartonomous-ingestion", "hartonomous-graph-sync", "hartonomous-embedding", hartonomous_operator;
GRANT SELECT ON broker.queue_status TO "hartonomous-ingestion", "hartonomous-graph-sync", "hartonomous-embedding";

-- Sending.
GRANT EXECUTE ON FUNCTION broker.send_one, broker.send_many
    TO "hartonomous-ingestion", "hartonomous-graph-sync", "hartonomous-embedding", hartonomous_operator;
GRANT EXECUTE ON FUNCTION broker.begin_conversation, broker.send, broker.end_conversation TO hartonomous_operator;

-- hartonomous-ingestion writes atoms, and the sources that come as a whole inside a message.
GRANT SELECT, INSERT ON hartonomous.tenant, hartonomous.atom, hartonomous.composition_run TO "hartonomous-ingestion";
GRANT DELETE ON hartonomous.composition_run TO "hartonomous-ingestion"; -- a job that another version of its atomizer began
GRANT SELECT, INSERT, UPDATE ON hartonomous.source, hartonomous.ingestion_job TO "hartonomous-ingestion";
GRANT SELECT, INSERT, DELETE ON hartonomous.content_chunk TO "hartonomous-ingestion";
GRANT USAGE ON SEQUENCE hartonomous.state_version TO "hartonomous-ingestion";
GRANT EXECUTE ON FUNCTION hartonomous.enqueue_ingestion TO "hartonomous-ingestion";

-- hartonomous-graph-sync reads whatever it shows in the graph.
GRANT SELECT ON ALL TABLES IN SCHEMA hartonomous TO "hartonomous-graph-sync";
REVOKE SELECT ON hartonomous.content_chunk, hartonomous.embedding FROM "hartonomous-graph-sync";

-- hartonomous-embedding reads text and writes vectors.
GRANT SELECT ON hartonomous.atom TO "hartonomous-embedding";
GRANT SELECT, INSERT ON hartonomous.model, hartonomous.embedding TO "hartonomous-embedding";

-- People.
GRANT SELECT ON ALL TABLES IN SCHEMA broker, hartonomous TO hartonomous_operator;
GRANT EXECUTE ON FUNCTION hartonomous.stage_begin, hartonomous.stage_chunk, hartonomous.stage_commit, hartonomous.find_unchanged,
    hartonomous.enqueue_ingestion, hartonomous.enqueue_neo4j_sync, hartonomous.link_provenance,
    broker.replay_dead_letter, broker.discard_dead_letter TO hartonomous_operator;
