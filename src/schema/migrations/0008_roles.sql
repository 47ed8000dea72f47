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
    FOREACH name IN ARRAY ARRAY['hartonomous_operator', 'hartonomous_reader', 'hartonomous_sender', 'hartonomous_tenant'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        END IF;
    END LOOP;
END $$;

-- Functions are open to everybody unless closed. What computes an advisory lock's key stays open, as does the question of which
-- tenant one is bound to: views and policies use them with the rights of whoever reads.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA broker, hartonomous FROM PUBLIC;
GRANT USAGE ON SCHEMA broker, hartonomous TO "hartonomous-ingestion", "hartonomous-graph-sync", "hartonomous-embedding", hartonomous_operator;
GRANT USAGE ON SCHEMA broker TO hartonomous_reader, hartonomous_sender, hartonomous_tenant;
GRANT EXECUTE ON FUNCTION broker.lock_class_sleeping, broker.lock_class_sending, broker.lock_class_order, broker.lock_class_delivery,
    broker.lock_class_upkeep, broker.lock_class_reader, broker.lock_class_conversation, broker.delivery_key, broker.channel,
    broker.tenant_of, broker.bound_tenant, hartonomous.lock_class_tenant TO PUBLIC;

-- Group roles of the broker. Membership comes with broker.grant_send, grant_receive and bind_tenant, which say for what; the
-- functions look that up.
GRANT EXECUTE ON FUNCTION broker.send_one, broker.send_many, broker.begin_conversation, broker.send, broker.end_conversation,
    broker.move_conversation, broker.set_timer TO hartonomous_sender, hartonomous_reader;
GRANT INSERT ON broker.outgoing TO hartonomous_sender;
GRANT EXECUTE ON FUNCTION broker.attach, broker.next_delivery, broker.settle, broker.release_delivery, broker.release_deliveries, broker.forgive_deliveries, broker.receive, broker.release_due,
    broker.note_activity, broker.announce_sleep, broker.announce_work, broker.senders_done TO hartonomous_reader;

-- Whoever may look sees everything, but for roles bound to a tenant, which see its messages. (A sub-select is asked once, not for
-- each row.)
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['message', 'deferred_message', 'undelivered_message', 'retained_message', 'dead_letter', 'conversation',
                                'queue_sample', 'reader_activity', 'audit', 'idempotency_key'] LOOP
        EXECUTE format('ALTER TABLE broker.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY everything ON broker.%I FOR SELECT USING ((SELECT broker.bound_tenant()) IS NULL)', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['message', 'deferred_message', 'undelivered_message', 'retained_message', 'dead_letter'] LOOP
        EXECUTE format('CREATE POLICY tenant ON broker.%I FOR SELECT TO hartonomous_tenant USING (broker.tenant_of(body) = (SELECT broker.bound_tenant()))', name);
    END LOOP;
END $$;
CREATE POLICY tenant ON broker.conversation FOR SELECT TO hartonomous_tenant USING (begun_by = quote_ident(session_user)::regrole AND is_initiator);
GRANT SELECT ON broker.message_type, broker.contract, broker.contract_message_type, broker.queue, broker.service, broker.service_contract,
    broker.message, broker.deferred_message, broker.undelivered_message, broker.retained_message, broker.dead_letter, broker.conversation,
    broker.reader_activity, broker.queue_sample,
    broker.queue_status, broker.queue_depth, broker.queue_age, broker.queue_attempts, broker.dead_letter_summary, broker.transmission_queue,
    broker.conversation_status TO hartonomous_tenant;

-- The daemons read their queues, send what follows, look after the broker, and tell of their queue's depth.
GRANT hartonomous_reader, hartonomous_sender TO "hartonomous-ingestion", "hartonomous-graph-sync", "hartonomous-embedding";
INSERT INTO broker.queue_reader (queue_id, role)
SELECT q.queue_id, reader.role::regrole
FROM (VALUES ('IngestionQueue', '"hartonomous-ingestion"'), ('Neo4jSyncQueue', '"hartonomous-graph-sync"'),
             ('EmbeddingQueue', '"hartonomous-embedding"'), ('ClientQueue', 'hartonomous_operator')) AS reader (queue, role)
JOIN broker.queue q ON q.name = reader.queue;
INSERT INTO broker.service_sender (service, role)
VALUES ('IngestionService', '"hartonomous-ingestion"'), ('Neo4jSyncService', '"hartonomous-ingestion"'), ('EmbeddingService', '"hartonomous-ingestion"'),
       ('Neo4jSyncService', '"hartonomous-graph-sync"'), ('*', 'hartonomous_operator');
GRANT EXECUTE ON FUNCTION broker.maintain, broker.compact TO "hartonomous-ingestion", "hartonomous-graph-sync", "hartonomous-embedding";
GRANT SELECT ON broker.queue_status, broker.queue_age, broker.queue_activity, broker.queue, broker.reader_activity
    TO "hartonomous-ingestion", "hartonomous-graph-sync", "hartonomous-embedding";
-- Of the messages what is counted, no body: those of other queues are not theirs.
GRANT SELECT (queue_id, priority, id, enqueued_at) ON broker.message TO "hartonomous-ingestion", "hartonomous-graph-sync", "hartonomous-embedding";
GRANT SELECT (queue_id, due_at) ON broker.deferred_message TO "hartonomous-ingestion", "hartonomous-graph-sync", "hartonomous-embedding";
GRANT SELECT (queue, reason) ON broker.dead_letter TO "hartonomous-ingestion", "hartonomous-graph-sync", "hartonomous-embedding";

-- hartonomous-ingestion writes atoms, and the sources that come as a whole inside a message.
GRANT SELECT, INSERT ON hartonomous.tenant, hartonomous.atom, hartonomous.composition_run TO "hartonomous-ingestion";
GRANT SELECT, INSERT, UPDATE ON hartonomous.structure_run TO "hartonomous-ingestion"; -- UPDATE: where a node ends
GRANT DELETE ON hartonomous.composition_run, hartonomous.structure_run TO "hartonomous-ingestion"; -- a job that another version of its atomizer began
GRANT SELECT, INSERT, UPDATE ON hartonomous.source, hartonomous.ingestion_job TO "hartonomous-ingestion";
GRANT SELECT, INSERT, DELETE ON hartonomous.content_chunk TO "hartonomous-ingestion";
GRANT USAGE ON SEQUENCE hartonomous.state_version, hartonomous.atom_atom_id_seq TO "hartonomous-ingestion";
GRANT EXECUTE ON FUNCTION hartonomous.enqueue_ingestion TO "hartonomous-ingestion";

-- hartonomous-graph-sync reads whatever it shows in the graph.
GRANT SELECT ON ALL TABLES IN SCHEMA hartonomous TO "hartonomous-graph-sync";
REVOKE SELECT ON hartonomous.content_chunk, hartonomous.embedding FROM "hartonomous-graph-sync";

-- hartonomous-embedding reads text and writes vectors.
GRANT SELECT ON hartonomous.atom, hartonomous.model TO "hartonomous-embedding";
GRANT SELECT, INSERT ON hartonomous.embedding TO "hartonomous-embedding";

-- People.
GRANT hartonomous_reader, hartonomous_sender TO hartonomous_operator;
GRANT SELECT ON ALL TABLES IN SCHEMA broker, hartonomous TO hartonomous_operator;
GRANT EXECUTE ON FUNCTION hartonomous.stage_begin, hartonomous.stage_chunk, hartonomous.stage_commit, hartonomous.find_unchanged,
    hartonomous.enqueue_ingestion, hartonomous.enqueue_neo4j_sync,
    broker.replay_dead_letter, broker.replay_dead_letters, broker.discard_dead_letter, broker.discard_dead_letters,
    broker.enable_queue, broker.disable_queue, broker.purge_queue, broker.peek, broker.close_conversation, broker.maintain, broker.compact TO hartonomous_operator;
