-- The broker: figures for people and monitoring, and the upkeep that workers do beside their messages.

-- Figures -------------------------------------------------------------------------------------------------------
-- With the rights of whoever reads them, so that a role bound to a tenant counts its own messages only.

CREATE VIEW broker.queue_depth WITH (security_invoker = true) AS
SELECT q.name AS queue, lane.priority::integer AS priority, coalesce(waiting.depth, 0) AS depth, coalesce(later.deferred, 0) AS deferred
FROM broker.queue q
CROSS JOIN LATERAL unnest(q.priorities) AS lane (priority)
LEFT JOIN (SELECT m.queue_id, m.priority, count(*) AS depth FROM broker.message m GROUP BY m.queue_id, m.priority) AS waiting
    ON waiting.queue_id = q.queue_id AND waiting.priority = lane.priority
LEFT JOIN (SELECT d.queue_id, d.priority, count(*) AS deferred FROM broker.deferred_message d GROUP BY d.queue_id, d.priority) AS later
    ON later.queue_id = q.queue_id AND later.priority = lane.priority;
COMMENT ON VIEW broker.queue_depth IS 'Messages that wait or are being handled, and those that are due later, by queue and priority.';

CREATE VIEW broker.queue_age WITH (security_invoker = true) AS
SELECT q.name AS queue, min(oldest.enqueued_at) AS oldest_enqueued_at,
       greatest(clock_timestamp() - min(oldest.enqueued_at), interval '0') AS oldest_age -- a clock may have been set back
FROM broker.queue q
CROSS JOIN LATERAL unnest(q.priorities) AS lane (priority)
LEFT JOIN LATERAL (SELECT m.enqueued_at FROM broker.message m WHERE m.queue_id = q.queue_id AND m.priority = lane.priority ORDER BY m.id LIMIT 1) AS oldest ON true
GROUP BY q.name;
COMMENT ON VIEW broker.queue_age IS 'The oldest message of each queue.';

CREATE VIEW broker.queue_activity WITH (security_invoker = true) AS
SELECT q.name AS queue, coalesce(sum(a.consumed), 0)::bigint AS consumed, coalesce(sum(a.failed), 0)::bigint AS failed,
       coalesce(sum(a.rolled_back), 0)::bigint AS rolled_back, coalesce(sum(a.buried), 0)::bigint AS buried
FROM broker.queue q LEFT JOIN broker.reader_activity a ON a.queue_id = q.queue_id
GROUP BY q.name;
COMMENT ON VIEW broker.queue_activity IS 'Counters of each queue: messages consumed, attempts failed, deliveries ended without a word, messages given up. They begin again after a crash of the server, and lag by a second.';

CREATE VIEW broker.queue_rates WITH (security_invoker = true) AS
SELECT q.name AS queue, span.minutes,
       (now_it_is.consumed - before.consumed) / span.seconds AS consumed_per_second,
       (now_it_is.consumed - before.consumed + now_it_is.buried - before.buried + now_it_is.depth - before.depth) / span.seconds AS sent_per_second,
       (now_it_is.failed - before.failed) / span.seconds AS failed_per_second,
       (now_it_is.buried - before.buried) / span.seconds AS buried_per_second
FROM broker.queue q
CROSS JOIN (VALUES (1), (5), (60)) AS wanted (minutes)
CROSS JOIN LATERAL (SELECT * FROM broker.queue_sample s WHERE s.queue_id = q.queue_id ORDER BY s.sampled_at DESC LIMIT 1) AS now_it_is
CROSS JOIN LATERAL (SELECT * FROM broker.queue_sample s
                      WHERE s.queue_id = q.queue_id AND s.sampled_at < now_it_is.sampled_at
                        AND s.sampled_at >= now_it_is.sampled_at - wanted.minutes * interval '1 minute' - interval '30 seconds'
                      ORDER BY s.sampled_at LIMIT 1) AS before
CROSS JOIN LATERAL (SELECT wanted.minutes, extract(epoch FROM now_it_is.sampled_at - before.sampled_at) AS seconds) AS span;
COMMENT ON VIEW broker.queue_rates IS 'Messages per second over the last 1, 5 and 60 minutes, from the samples that the workers take every minute. Purged messages count as not sent.';

CREATE VIEW broker.queue_attempts WITH (security_invoker = true) AS
SELECT q.name AS queue, m.message_type, m.attempts::integer AS attempts, m.rollbacks::integer AS rollbacks, count(*) AS messages
FROM broker.message m JOIN broker.queue q ON q.queue_id = m.queue_id
WHERE m.attempts > 0 GROUP BY q.name, m.message_type, m.attempts, m.rollbacks;
COMMENT ON VIEW broker.queue_attempts IS 'Messages that wait though deliveries of them failed, by the number of attempts.';

CREATE VIEW broker.dead_letter_summary WITH (security_invoker = true) AS
SELECT d.queue, d.reason, d.message_type, count(*) AS letters, min(d.created_at) AS first_at, max(d.created_at) AS last_at
FROM broker.dead_letter d GROUP BY d.queue, d.reason, d.message_type;
COMMENT ON VIEW broker.dead_letter_summary IS 'Dead letters by queue, reason and message type.';

CREATE VIEW broker.transmission_queue WITH (security_invoker = true) AS
SELECT u.conversation AS conversation_handle, u.id AS message_id, u.from_service, u.to_service, u.contract, u.message_type, u.body, u.enqueued_at,
       CASE WHEN s.name IS NULL THEN format('service %s does not exist', u.to_service)
            WHEN a.contract IS NULL THEN format('service %s does not accept contract %s', u.to_service, u.contract)
            ELSE 'about to be delivered' END AS status
FROM broker.undelivered_message u
LEFT JOIN broker.service s ON s.name = u.to_service
LEFT JOIN broker.service_contract a ON a.service = u.to_service AND a.contract = u.contract
UNION ALL
SELECT m.conversation, m.id, c.far_service, c.service, c.contract, m.message_type, m.body, m.enqueued_at, format('queue %s is off', q.name)
FROM broker.queue q JOIN broker.message m ON m.queue_id = q.queue_id LEFT JOIN broker.conversation c ON c.handle = m.conversation
WHERE q.status = 'OFF';
COMMENT ON VIEW broker.transmission_queue IS 'Messages that cannot be delivered yet, and why: their service does not exist, or its queue is off.';

CREATE VIEW broker.conversation_status WITH (security_invoker = true) AS
SELECT c.handle, c.far_handle, c.conversation_group, CASE WHEN c.is_initiator THEN 'initiator' ELSE 'target' END AS side, c.service, c.far_service, c.contract,
       c.priority::integer AS priority, c.state, c.begun_by, c.created_at, c.expires_at,
       (SELECT count(*) FROM broker.service s JOIN broker.message m ON m.queue_id = s.queue_id
          WHERE s.name = c.service AND m.conversation_group = c.conversation_group AND m.conversation_group <> m.id AND m.conversation = c.handle) AS waiting,
       (SELECT d.due_at FROM broker.deferred_message d WHERE d.conversation = c.handle AND d.is_timer) AS timer_at
FROM broker.conversation c;
COMMENT ON VIEW broker.conversation_status IS 'Each end of each conversation, with how many messages wait for it and when its timer is due.';

CREATE VIEW broker.queue_status WITH (security_invoker = true) AS
SELECT q.queue_id, q.name AS queue, q.status, q.max_attempts, q.max_rollbacks, q.max_readers, q.retention,
       coalesce(waiting.depth, 0) AS depth, coalesce(later.deferred, 0) AS deferred, age.oldest_enqueued_at,
       age.oldest_age, coalesce(readers.active, 0) AS readers_active, coalesce(readers.sleeping, 0) AS readers_sleeping,
       coalesce(dead.letters, 0) AS dead_letters
FROM broker.queue q
JOIN broker.queue_age age ON age.queue = q.name
LEFT JOIN (SELECT m.queue_id, count(*) AS depth FROM broker.message m GROUP BY m.queue_id) AS waiting ON waiting.queue_id = q.queue_id
LEFT JOIN (SELECT d.queue_id, count(*) AS deferred FROM broker.deferred_message d GROUP BY d.queue_id) AS later ON later.queue_id = q.queue_id
LEFT JOIN (SELECT d.queue, count(*) AS letters FROM broker.dead_letter d GROUP BY d.queue) AS dead ON dead.queue = q.name
LEFT JOIN LATERAL
    (SELECT count(DISTINCT l.pid) FILTER (WHERE l.classid::integer = broker.lock_class_conversation(q.queue_id)) AS active,
            count(DISTINCT l.pid) FILTER (WHERE l.classid::integer = broker.lock_class_sleeping() AND l.objid::integer = q.queue_id
                                            AND l.mode = 'ShareLock') AS sleeping
     FROM pg_locks l
     WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
       AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())) AS readers ON true;
COMMENT ON VIEW broker.queue_status IS 'Each queue with its depth (messages that wait or are being handled), the age of the oldest, its readers and its dead letters.';

-- Upkeep --------------------------------------------------------------------------------------------------------

CREATE FUNCTION broker.expire_conversations() RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    over   broker.conversation;
    number bigint := 0;
BEGIN
    FOR over IN SELECT * FROM broker.conversation c WHERE c.expires_at <= clock_timestamp() AND c.state = 'CONVERSING'
                  ORDER BY c.expires_at LIMIT 1000 FOR UPDATE SKIP LOCKED LOOP
        CONTINUE WHEN NOT pg_try_advisory_xact_lock(broker.lock_class_order(), hashint8(over.handle)); -- somebody sends: next time
        UPDATE broker.conversation c SET state = 'ERROR' WHERE c.handle = over.handle;
        PERFORM broker.append(over, over.far_service, 'Error', jsonb_build_object('Code', -8489, 'Description', 'The lifetime of the conversation is over.'), NULL, false);
        number := number + 1;
    END LOOP;
    RETURN number;
END $$;
COMMENT ON FUNCTION broker.expire_conversations IS 'Gives each end of a conversation whose lifetime is over an Error. -8489 is the number that SQL Server gives it.';

CREATE FUNCTION broker.sample_queues() RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    number bigint;
BEGIN
    WITH gone AS (DELETE FROM broker.reader_activity a
                    WHERE a.pid <> 0 AND NOT EXISTS (SELECT FROM pg_stat_get_activity(NULL) AS s WHERE s.pid = a.pid) RETURNING a.*)
    INSERT INTO broker.reader_activity AS a (queue_id, pid, consumed, failed, rolled_back, buried)
    SELECT g.queue_id, 0, sum(g.consumed), sum(g.failed), sum(g.rolled_back), sum(g.buried) FROM gone g GROUP BY g.queue_id
    ON CONFLICT (queue_id, pid) DO UPDATE
      SET consumed = a.consumed + EXCLUDED.consumed, failed = a.failed + EXCLUDED.failed, rolled_back = a.rolled_back + EXCLUDED.rolled_back,
          buried = a.buried + EXCLUDED.buried, updated_at = clock_timestamp();
    DELETE FROM broker.queue_sample s WHERE s.sampled_at < now() - interval '1 day';
    IF EXISTS (SELECT FROM broker.queue_sample s WHERE s.sampled_at > clock_timestamp() - interval '50 seconds') THEN
        RETURN 0;
    END IF;
    INSERT INTO broker.queue_sample (queue_id, sampled_at, depth, consumed, failed, buried)
    SELECT q.queue_id, now(), (SELECT count(*) FROM broker.message m WHERE m.queue_id = q.queue_id), a.consumed, a.failed, a.buried
    FROM broker.queue q JOIN broker.queue_activity a ON a.queue = q.name;
    GET DIAGNOSTICS number = ROW_COUNT;
    RETURN number;
END $$;
COMMENT ON FUNCTION broker.sample_queues IS 'Notes the counters, once a minute, for broker.queue_rates.';

-- Who calls it has messages to handle: a lock that somebody has for long is not waited for.
CREATE FUNCTION broker.maintain() RETURNS TABLE (task text, done bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '100ms' AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(broker.lock_class_upkeep(), 0) THEN
        RETURN; -- somebody does it just now
    END IF;
    task := 'conversations expired';
    done := broker.expire_conversations();
    RETURN NEXT;
    task := 'deferred messages released';
    done := coalesce((SELECT sum(broker.release_due(q.queue_id)) FROM broker.queue q), 0);
    RETURN NEXT;
    task := 'waiting messages delivered';
    done := coalesce((SELECT sum(broker.deliver_waiting(w.to_service))
                      FROM (SELECT DISTINCT u.to_service FROM broker.undelivered_message u JOIN broker.service s ON s.name = u.to_service) AS w), 0);
    RETURN NEXT;
    task := 'retained messages removed';
    DELETE FROM broker.retained_message r WHERE r.ctid = ANY (ARRAY(
        SELECT o.ctid FROM broker.retained_message o LEFT JOIN broker.queue q ON q.queue_id = o.queue_id
        WHERE q.retention IS NULL OR o.consumed_at < clock_timestamp() - q.retention LIMIT 50000));
    GET DIAGNOSTICS done = ROW_COUNT;
    RETURN NEXT;
    task := 'idempotency keys removed';
    DELETE FROM broker.idempotency_key k WHERE k.ctid = ANY (ARRAY(
        SELECT o.ctid FROM broker.idempotency_key o WHERE o.created_at < now() - interval '7 days' LIMIT 50000));
    GET DIAGNOSTICS done = ROW_COUNT;
    RETURN NEXT;
    task := 'queues sampled';
    done := broker.sample_queues();
    RETURN NEXT;
END $$;
COMMENT ON FUNCTION broker.maintain IS 'What has to be done now and then; the workers call it. One at a time: no rows where somebody does it already.';

CREATE FUNCTION broker.has_little(max_live bigint, max_bytes bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT count(*) <= max_live AND coalesce(sum(alive.size), 0) <= max_bytes
    FROM (SELECT pg_column_size(m.body) AS size FROM broker.message m LIMIT max_live + 1) AS alive
$$;
COMMENT ON FUNCTION broker.has_little IS 'Do few messages wait?';

-- Rows live for milliseconds, but a forgotten transaction or a dump keeps VACUUM from all that died since its snapshot. Where little
-- is alive it is copied into a new file. A transaction that took its snapshot before and has not looked into the table yet finds it
-- empty afterwards; one that has (pg_dump has) holds a lock, and this waits for another time.
CREATE FUNCTION broker.compact(max_live bigint DEFAULT 20000, min_bytes bigint DEFAULT 67108864) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '50ms' AS $$
DECLARE
    before bigint;
    alive  broker.message[];
BEGIN
    IF NOT pg_try_advisory_xact_lock(broker.lock_class_upkeep(), 1) THEN
        RETURN 'busy';
    END IF;
    BEGIN
        before := pg_total_relation_size('broker.message');
        IF before < min_bytes THEN
            RETURN 'small';
        ELSIF NOT broker.has_little(max_live, 33554432) THEN
            RETURN 'backlog';
        END IF;
        LOCK TABLE broker.message IN ACCESS EXCLUSIVE MODE;
    EXCEPTION WHEN lock_not_available THEN
        RETURN 'busy';
    END;
    IF NOT broker.has_little(max_live, 33554432) THEN
        RETURN 'backlog';
    ELSIF EXISTS (SELECT FROM broker.message m WHERE m.xmax <> '0' AND broker.is_being_settled(m.xmax)) THEN
        RETURN 'busy';
    END IF;
    -- Nobody has anything in hand: whatever xmax says is over, and a new row cannot say it.
    PERFORM broker.count_dead_readers(ended.queue_id, ended.places)
      FROM (SELECT m.queue_id, array_agg(m.ctid) AS places FROM broker.message m WHERE m.xmax <> '0' GROUP BY m.queue_id) AS ended;
    SELECT array_agg(m ORDER BY m.id) INTO alive FROM broker.message m;
    TRUNCATE broker.message;
    INSERT INTO broker.message (id, conversation, conversation_group, enqueued_at, queue_id, priority, attempts, rollbacks, message_type, body)
    SELECT m.id, m.conversation, m.conversation_group, m.enqueued_at, m.queue_id, m.priority, m.attempts, m.rollbacks, m.message_type, m.body
    FROM unnest(alive) AS m ORDER BY m.id;
    RETURN format('%s bytes given back', before - pg_total_relation_size('broker.message'));
END $$;
COMMENT ON FUNCTION broker.compact IS 'Gives the space of consumed messages back even while an old snapshot keeps VACUUM from it; the workers call it. Returns what it did: small, busy, backlog, or the bytes given back.';

-- The objects of the pipeline -----------------------------------------------------------------------------------

INSERT INTO broker.queue (name) VALUES
    ('ClientQueue'), ('IngestionQueue'), ('Neo4jSyncQueue'), ('EmbeddingQueue'), ('ProjectionQueue'), ('InferenceQueue'),
    ('AnalyzeQueue'), ('HypothesizeQueue'), ('ActQueue'), ('LearnQueue');

INSERT INTO broker.service (name, queue_id)
SELECT replace(q.name, 'Queue', 'Service'), q.queue_id FROM broker.queue q;

CREATE TEMPORARY TABLE allowed (service text, contract text, message_type text, sent_by text) ON COMMIT DROP;
INSERT INTO allowed VALUES
    ('IngestionService',   'IngestionContract',    'IngestionRequest',     'initiator'),
    ('Neo4jSyncService',   'Neo4jSyncContract',    'Neo4jSyncRequest',     'initiator'),
    ('Neo4jSyncService',   'Neo4jSyncContract',    'AtomsCreated',         'initiator'),
    ('Neo4jSyncService',   'Neo4jSyncContract',    'InferenceCompleted',   'initiator'),
    ('EmbeddingService',   'EmbeddingContract',    'EmbeddingRequest',     'initiator'),
    ('ProjectionService',  'ProjectionContract',   'ProjectionRequest',    'initiator'),
    ('InferenceService',   'InferenceJobContract', 'InferenceJobRequest',  'initiator'),
    ('InferenceService',   'InferenceJobContract', 'InferenceJobResponse', 'target'),
    ('AnalyzeService',     '//Hartonomous/AutonomousLoop/AnalyzeContract',     '//Hartonomous/AutonomousLoop/AnalyzeMessage',     'initiator'),
    ('HypothesizeService', '//Hartonomous/AutonomousLoop/HypothesizeContract', '//Hartonomous/AutonomousLoop/HypothesizeMessage', 'initiator'),
    ('ActService',         '//Hartonomous/AutonomousLoop/ActContract',         '//Hartonomous/AutonomousLoop/ActMessage',         'initiator'),
    ('LearnService',       '//Hartonomous/AutonomousLoop/LearnContract',       '//Hartonomous/AutonomousLoop/LearnMessage',       'initiator');
-- EndDialog, Error and DialogTimer belong to no contract: the broker itself sends them.
INSERT INTO broker.message_type (name) SELECT a.message_type FROM allowed a UNION VALUES ('EndDialog'), ('Error'), ('DialogTimer');
INSERT INTO broker.contract (name) SELECT DISTINCT a.contract FROM allowed a;
INSERT INTO broker.contract_message_type (contract, message_type, sent_by) SELECT a.contract, a.message_type, a.sent_by FROM allowed a;
INSERT INTO broker.service_contract (service, contract) SELECT DISTINCT a.service, a.contract FROM allowed a;
DROP TABLE allowed;
