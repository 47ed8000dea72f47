-- The broker: taking messages, ending deliveries, falling asleep.

-- Without a lock and without a unique key: a caller's transaction may stay open for long, and nobody is to wait for it.
CREATE FUNCTION broker.note_server_start() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM broker.server_start s WHERE s.started_at = pg_postmaster_start_time()) THEN
        RETURN;
    END IF;
    DELETE FROM broker.server_start d
      WHERE d.ctid = ANY (ARRAY(SELECT s.ctid FROM broker.server_start s WHERE s.started_at <> pg_postmaster_start_time() FOR UPDATE SKIP LOCKED));
    INSERT INTO broker.server_start (started_at, first_xid) VALUES (pg_postmaster_start_time(), pg_snapshot_xmax(pg_current_snapshot()));
END $$;
COMMENT ON FUNCTION broker.note_server_start IS 'Every reader calls this before its first delivery.';

CREATE FUNCTION broker.refuse_reader(queue_id integer) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    target broker.queue;
BEGIN
    SELECT * INTO target FROM broker.queue q WHERE q.queue_id = refuse_reader.queue_id;
    IF NOT broker.may_receive(queue_id) THEN
        RAISE EXCEPTION 'role % may not receive from %', session_user, coalesce(target.name, 'queue ' || queue_id)
            USING ERRCODE = '42501', HINT = 'Granted with broker.grant_receive.';
    END IF;
    RAISE EXCEPTION '% is off', coalesce(target.name, 'queue ' || queue_id)
        USING ERRCODE = '55000', HINT = 'SELECT broker.enable_queue(''' || coalesce(target.name, '') || ''') gives its messages out again.';
END $$;
COMMENT ON FUNCTION broker.refuse_reader IS 'Says why nothing is given out.';

CREATE FUNCTION broker.take_seat(queue_id integer, max_readers integer, for_session boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    FOR seat IN 1 .. max_readers LOOP
        IF for_session AND pg_try_advisory_lock(broker.lock_class_reader(), queue_id * 1000 + seat)
           OR NOT for_session AND pg_try_advisory_xact_lock(broker.lock_class_reader(), queue_id * 1000 + seat) THEN
            RETURN;
        END IF;
    END LOOP;
    RAISE EXCEPTION '% has its % reader(s)', (SELECT q.name FROM broker.queue q WHERE q.queue_id = take_seat.queue_id), max_readers
        USING ERRCODE = '53300', HINT = 'Another may come when one goes; broker.queue.max_readers is the limit.';
END $$;
COMMENT ON FUNCTION broker.take_seat IS 'Refuses one reader more than a queue may have.';

CREATE FUNCTION broker.attach(queue text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    number constant integer := broker.queue_number(queue);
    limited integer;
BEGIN
    IF pg_is_in_recovery() THEN
        RAISE EXCEPTION 'PostgreSQL is a standby, which gives no messages out'
            USING ERRCODE = 'read_only_sql_transaction', HINT = 'Promote it, or let conninfo name the primary.';
    ELSIF NOT broker.may_receive(number) THEN
        PERFORM broker.refuse_reader(number);
    END IF;
    SELECT q.max_readers INTO limited FROM broker.queue q WHERE q.queue_id = number;
    IF limited IS NOT NULL AND NOT EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.pid = pg_backend_pid()
                                             AND l.classid::integer = broker.lock_class_reader() AND l.objid::integer / 1000 = number) THEN
        PERFORM broker.take_seat(number, limited, true);
    END IF;
    -- A statement that runs for somebody who died ends soon, and gives what he held back.
    PERFORM set_config('client_connection_check_interval', '20ms', false);
    PERFORM broker.note_server_start();
    EXECUTE format('LISTEN %I', broker.channel(number));
    RETURN number;
END $$;
COMMENT ON FUNCTION broker.attach IS 'Makes this connection a reader of a queue, which hears when something is sent. Returns the queue''s number.';

-- Deliveries that ended without a word ----------------------------------------------------------------------------

-- xmax has 32 bits; the epoch comes from the fact that it lies in the past.
CREATE FUNCTION broker.reader_died(xmax xid) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT full_xid >= (SELECT min(s.first_xid::text::bigint) FROM broker.server_start s WHERE s.started_at = pg_postmaster_start_time())
           AND pg_xact_status(full_xid::text::xid8) IS NOT DISTINCT FROM 'aborted'
    FROM (SELECT next - ((next - xmax::text::bigint) % 4294967296) AS full_xid
          FROM (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next) AS present) AS widened
    WHERE xmax::text <> '0';
$$;
COMMENT ON FUNCTION broker.reader_died IS 'Of a message whose conversation nobody holds: did its last delivery end without a word, and not by a stop of the server?';

CREATE FUNCTION broker.is_being_settled(xmax xid) RETURNS boolean
LANGUAGE sql AS $$ SELECT NOT pg_try_advisory_xact_lock_shared(broker.lock_class_delivery(), broker.delivery_key(xmax::text::bigint)) $$;
COMMENT ON FUNCTION broker.is_being_settled IS 'Does the reader live whose delivery ended, so that it will say how?';

CREATE FUNCTION broker.add_activity(queue_id integer, consumed bigint, failed bigint DEFAULT 0, rolled_back bigint DEFAULT 0, buried bigint DEFAULT 0) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO broker.reader_activity AS a (queue_id, pid, consumed, failed, rolled_back, buried)
    VALUES (add_activity.queue_id, pg_backend_pid(), add_activity.consumed, add_activity.failed, add_activity.rolled_back, add_activity.buried)
    ON CONFLICT (queue_id, pid) DO UPDATE
      SET consumed = a.consumed + EXCLUDED.consumed, failed = a.failed + EXCLUDED.failed, rolled_back = a.rolled_back + EXCLUDED.rolled_back,
          buried = a.buried + EXCLUDED.buried, updated_at = clock_timestamp();
$$;
COMMENT ON FUNCTION broker.add_activity IS 'Adds to what this session has done, for broker.queue_activity.';

CREATE FUNCTION broker.note_activity(queue_id integer, consumed bigint, failed bigint DEFAULT 0, rolled_back bigint DEFAULT 0, buried bigint DEFAULT 0) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT broker.add_activity(queue_id, consumed, failed, rolled_back, buried) WHERE broker.may_receive(queue_id)
$$;
COMMENT ON FUNCTION broker.note_activity IS 'A reader says what it has done, for broker.queue_activity; nothing where it may not receive from the queue.';

CREATE FUNCTION broker.bury(queue_id integer, ids bigint[], reason text, error_code text, error_text text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    target broker.queue;
BEGIN
    SELECT * INTO target FROM broker.queue q WHERE q.queue_id = bury.queue_id;
    WITH given_up AS (
        DELETE FROM broker.message m WHERE m.queue_id = bury.queue_id AND m.priority = ANY (target.priorities) AND m.id = ANY (ids) RETURNING m.*)
    INSERT INTO broker.dead_letter (tenant_id, conversation_handle, queue, message_type, body, enqueued_at, attempt_count,
                                    reason, error_code, error_text, metadata)
    SELECT broker.tenant_of(g.body), g.conversation, target.name, g.message_type, g.body, g.enqueued_at, g.attempts,
           coalesce(bury.reason, format('Exceeded maximum delivery attempts of %s',
                                        CASE WHEN g.rollbacks >= target.max_rollbacks THEN target.max_rollbacks ELSE target.max_attempts END)),
           nullif(bury.error_code, ''), bury.error_text,
           jsonb_build_object('message_id', g.id, 'priority', g.priority, 'conversation_group', g.conversation_group, 'rollbacks', g.rollbacks,
                              'role', session_user, 'application', current_setting('application_name'))
    FROM given_up g ORDER BY g.id;
    PERFORM broker.add_activity(queue_id, 0, buried => cardinality(ids));
END $$;
COMMENT ON FUNCTION broker.bury IS 'Moves messages to broker.dead_letter; reason null means too many attempts.';

-- Rewriting a row clears its xmax, so that the delivery is not counted again.
CREATE FUNCTION broker.count_dead_readers(queue_id integer, places tid[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    hopeless bigint[];
    counted  bigint;
BEGIN
    WITH ended AS (
        SELECT given.id, given.priority, CASE WHEN broker.reader_died(given.xmax) THEN 1 ELSE 0 END AS silently
        FROM broker.message given WHERE given.ctid = ANY (places) AND given.queue_id = count_dead_readers.queue_id),
    rewritten AS (
        UPDATE broker.message m SET attempts = m.attempts + ended.silently, rollbacks = m.rollbacks + ended.silently
        FROM ended WHERE m.queue_id = count_dead_readers.queue_id AND m.priority = ended.priority AND m.id = ended.id
        RETURNING m.id, m.rollbacks, ended.silently)
    SELECT array_agg(r.id) FILTER (WHERE r.rollbacks >= q.max_rollbacks), sum(r.silently) INTO hopeless, counted
      FROM rewritten r, broker.queue q WHERE q.queue_id = count_dead_readers.queue_id;
    IF counted > 0 THEN
        PERFORM broker.add_activity(queue_id, 0, rolled_back => counted);
    END IF;
    IF cardinality(hopeless) > 0 THEN
        PERFORM broker.bury(queue_id, hopeless, NULL, NULL, 'its reader died while it handled the message');
    END IF;
END $$;
COMMENT ON FUNCTION broker.count_dead_readers IS 'Counts the attempts of deliveries that ended without a word.';

-- A delivery ----------------------------------------------------------------------------------------------------

-- First statement: walk the queue in order and lock the groups met, passing over those that other readers hold. A new statement
-- then sees what the former holders of those locks committed, and deletes. The addresses (ctid) found first stay valid in between:
-- the caller's own snapshot keeps VACUUM from them.
-- A queue looks tiny whenever it is analyzed, and a plan made for a tiny table is ruinous with a backlog: hence SET (only what is
-- needed: each costs 3 µs a call). What is disabled looks dear, and what looks dear is compiled, for 60 ms: hence no JIT.
CREATE FUNCTION broker.next_delivery(queue_id integer, batch integer, behind bigint[], previous bigint DEFAULT NULL,
                                     accounted boolean DEFAULT true, only_handle bigint DEFAULT NULL, careful boolean DEFAULT true)
RETURNS TABLE (id bigint, conversation bigint, message_type text, body jsonb, attempts integer, enqueued_at bigint, priority integer,
               conversation_group bigint, delivery bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan SET jit = off AS $$
#variable_conflict use_column
DECLARE
    wanted      constant integer := least(greatest(batch, 1), 500); -- a lock each, and the server's lock table is finite
    reach       constant integer := 10000;                            -- rows to look at before moving on
    from_where  bigint[] := behind;
    target      record;
    newest      bigint;
    places      tid[];
    groups      bigint[];
    marked      boolean;
    passed      bigint[] := '{}';
    seen        integer;
    held        boolean := false;
    chosen      record;
    sole        bigint;
    done        boolean;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'receiving needs READ COMMITTED, not %', upper(current_setting('transaction_isolation'))
            USING ERRCODE = '25000', HINT = 'BEGIN ISOLATION LEVEL READ COMMITTED.';
    END IF;
    IF previous IS NOT NULL THEN
        IF pg_xact_status(previous::text::xid8) = 'aborted' THEN
            RETURN QUERY SELECT -2::bigint, 0::bigint, NULL::text, NULL::jsonb, 0, 0::bigint, 0, 0::bigint, previous;
            RETURN;
        END IF;
        done := pg_advisory_unlock(broker.lock_class_delivery(), broker.delivery_key(previous)); -- an assignment is cheaper than PERFORM
    END IF;
    SELECT q.status, q.retention,
           -- broker.may_receive, written out: PostgreSQL would not make it part of this statement
           pg_has_role(session_user, current_user, 'MEMBER')
           OR EXISTS (SELECT FROM broker.queue_reader r WHERE r.queue_id = q.queue_id AND pg_has_role(session_user, r.role, 'MEMBER'))
           -- Who began a conversation may have its answers.
           OR only_handle IS NOT NULL AND EXISTS (SELECT FROM broker.conversation c JOIN broker.service s ON s.name = c.service
                                                  WHERE c.handle = only_handle AND s.queue_id = q.queue_id AND c.is_initiator
                                                    AND pg_has_role(session_user, c.begun_by, 'MEMBER')) AS permitted,
           q.priorities
      INTO target FROM broker.queue q WHERE q.queue_id = next_delivery.queue_id;
    IF target.status IS DISTINCT FROM 'ON' OR NOT target.permitted THEN
        PERFORM broker.refuse_reader(queue_id);
    ELSIF cardinality(target.priorities) > 1 AND random() < 0.1 THEN -- nobody starves
        target.priorities := ARRAY(SELECT p FROM unnest(target.priorities) AS p ORDER BY p);
    END IF;
    LOOP
        IF only_handle IS NULL THEN
            LOOP
                IF newest IS NULL AND from_where[target.priorities[1]] = 0 THEN
                    newest := coalesce(pg_sequence_last_value('broker.handle'::regclass), 0);
                END IF;
                -- The inner LIMIT keeps the planner from locking what is not wanted; a number, so that it knows how little it is.
                SELECT array_agg(free.ctid) FILTER (WHERE free.conversation_group = free.id),
                       array_agg(free.conversation_group) FILTER (WHERE free.conversation_group <> free.id), bool_or(free.marked)
                  INTO places, groups, marked
                  FROM (SELECT ahead.ctid, ahead.id, ahead.conversation_group, ahead.xmax <> '0' OR ahead.attempts > 0 AS marked
                          FROM unnest(target.priorities) AS lane (priority), LATERAL
                               (SELECT m.id, m.ctid, m.conversation_group, m.xmax, m.attempts FROM broker.message m
                                  WHERE m.queue_id = next_delivery.queue_id AND m.priority = lane.priority AND m.id > from_where[lane.priority]
                                  ORDER BY m.id LIMIT 10000) AS ahead
                          WHERE (careful OR ahead.xmax = '0') -- most of the others are in somebody's hand
                            AND ahead.conversation_group <> ALL (passed)
                            AND CASE WHEN ahead.xmax <> '0' AND broker.is_being_settled(ahead.xmax) THEN false
                                     ELSE pg_try_advisory_xact_lock(broker.lock_class_conversation(next_delivery.queue_id), hashint8(ahead.conversation_group)) END
                          LIMIT wanted) AS free;
                EXIT WHEN places IS NOT NULL OR groups IS NOT NULL;
                SELECT array_agg(coalesce(reached.last, from_where[n]) ORDER BY n), coalesce(max(reached.rows), 0) INTO from_where, seen
                  FROM generate_series(1, 10) AS n LEFT JOIN LATERAL
                       (SELECT max(ahead.id) AS last, count(*)::integer AS rows
                          FROM (SELECT m.id FROM broker.message m
                                  WHERE m.queue_id = next_delivery.queue_id AND m.priority = n AND n = ANY (target.priorities) AND m.id > from_where[n]
                                  ORDER BY m.id LIMIT 10000) AS ahead) AS reached ON true;
                held := held OR seen > 0;
                EXIT WHEN seen < reach;
            END LOOP;
        ELSE
            SELECT ARRAY[c.conversation_group] INTO groups FROM broker.conversation c WHERE c.handle = only_handle;
            IF NOT pg_try_advisory_xact_lock(broker.lock_class_conversation(queue_id), hashint8(groups[1])) THEN
                groups := NULL;
                held := true;
            END IF;
        END IF;
        IF places IS NULL AND groups IS NULL THEN
            IF accounted AND delivery IS NOT NULL THEN
                PERFORM pg_advisory_unlock(broker.lock_class_delivery(), broker.delivery_key(delivery));
            END IF;
            RETURN QUERY SELECT CASE WHEN held THEN -1 ELSE -3 END::bigint, coalesce(newest, 0), NULL::text, NULL::jsonb, 0,
                                (SELECT (extract(epoch FROM least(d.due_at, clock_timestamp() + '1 day') - clock_timestamp()) * 1000000)::bigint
                                 FROM broker.deferred_message d WHERE d.queue_id = next_delivery.queue_id ORDER BY d.due_at LIMIT 1), 0, 0::bigint, 0::bigint;
            RETURN;
        END IF;

        IF delivery IS NULL THEN
            delivery := pg_current_xact_id()::text::bigint;
            -- As long as it is held, others know that the end of this delivery will be told. It is always had: the id is ours.
            done := NOT accounted OR pg_try_advisory_lock(broker.lock_class_delivery(), broker.delivery_key(delivery));
        END IF;
        IF groups IS NULL AND NOT marked AND target.retention IS NULL THEN -- the usual case: one-way messages that nothing happened to yet
            RETURN QUERY DELETE FROM broker.message m WHERE m.ctid = ANY (places) AND m.xmax = '0' AND m.attempts = 0
                RETURNING m.id, m.conversation, m.message_type, m.body, 0, (date_part('epoch', m.enqueued_at) * 1000000)::bigint, m.priority::integer,
                          m.conversation_group, delivery;
            IF FOUND THEN
                RETURN;
            END IF;
        END IF;

        groups := ARRAY(SELECT DISTINCT g FROM unnest(groups) AS g);
        WITH first AS MATERIALIZED (
            SELECT m.id, m.ctid, m.conversation_group, m.priority, m.attempts, m.xmax FROM broker.message m WHERE m.ctid = ANY (places)
            UNION ALL
            SELECT of_one.* FROM unnest(groups) AS of_group (handle), LATERAL
                (SELECT m.id, m.ctid, m.conversation_group, m.priority, m.attempts, m.xmax FROM broker.message m
                   WHERE m.queue_id = next_delivery.queue_id AND m.conversation_group = of_group.handle AND m.conversation_group <> m.id
                     AND (only_handle IS NULL OR m.conversation = only_handle)
                   ORDER BY m.conversation_group, m.id LIMIT wanted / greatest(cardinality(groups), 1) + 1) AS of_one),
        marked AS MATERIALIZED (SELECT f.*, f.xmax <> '0' AND broker.is_being_settled(f.xmax) AS settling FROM first f)
        SELECT array_agg(m.ctid ORDER BY m.priority DESC, m.id) AS places, array_agg(m.id ORDER BY m.priority DESC, m.id) AS ids,
               array_agg(m.ctid) FILTER (WHERE m.xmax <> '0') AS interrupted,
               array_agg(m.id ORDER BY m.priority DESC, m.id) FILTER (WHERE m.attempts > 0) AS suspects,
               (SELECT array_agg(DISTINCT s.conversation_group) FROM marked s WHERE s.settling) AS settling
          INTO chosen FROM marked m
          WHERE m.conversation_group <> ALL (ARRAY(SELECT s.conversation_group FROM marked s WHERE s.settling));
        EXIT WHEN chosen.places IS NOT NULL OR chosen.settling IS NULL OR only_handle IS NOT NULL;
        passed := passed || chosen.settling; -- whoever is to say how these ended may take his time: look for others
    END LOOP;
    IF chosen.interrupted IS NOT NULL THEN
        PERFORM broker.count_dead_readers(queue_id, chosen.interrupted);
        places := NULL;
        sole := 0;
    ELSIF chosen.places IS NULL THEN -- all are being settled, or gone
        places := NULL;
        sole := -1;
    ELSIF chosen.suspects IS NOT NULL THEN -- it travels alone, so that it blames nobody else
        places := chosen.places[1:greatest(array_position(chosen.ids, chosen.suspects[1]) - 1, 1)];
    ELSE
        places := chosen.places[1:wanted];
    END IF;
    IF places IS NULL THEN
        IF accounted THEN
            PERFORM pg_advisory_unlock(broker.lock_class_delivery(), broker.delivery_key(delivery));
        END IF;
        RETURN QUERY SELECT sole, 0::bigint, NULL::text, NULL::jsonb, 0, NULL::bigint, 0, 0::bigint, 0::bigint;
        RETURN;
    END IF;
    RETURN QUERY
        WITH taken AS (DELETE FROM broker.message m WHERE m.ctid = ANY (places) RETURNING m.*),
        kept AS (INSERT INTO broker.retained_message (id, queue_id, conversation, priority, attempts, enqueued_at, message_type, body)
                 SELECT t.id, t.queue_id, t.conversation, t.priority, t.attempts, t.enqueued_at, t.message_type, t.body
                 FROM taken t WHERE target.retention IS NOT NULL)
        SELECT t.id, t.conversation, t.message_type, t.body, t.attempts::integer, (date_part('epoch', t.enqueued_at) * 1000000)::bigint,
               t.priority::integer, t.conversation_group, delivery
        FROM taken t ORDER BY t.priority DESC, t.id;
END $$;
COMMENT ON FUNCTION broker.next_delivery IS 'Takes the next messages into the caller''s transaction: batch of them at most, looking behind one id for each priority (ten of them; 0: from the beginning). Not careful: what somebody has, or had, in hand is passed over; quicker, so for all looks but those from the beginning. delivery names the delivery, for settle, or as previous of the next call once it is committed. One row with an id below 1 says why there are none: 0 deliveries of dead readers were accounted for, COMMIT and call again; -1 others hold all there is; -2 the previous delivery was rolled back and is to be settled; -3 nothing is there (conversation: the newest handle; enqueued_at: microseconds until a deferred message is due).';

-- How a delivery ends: COMMIT, and it is consumed; or ROLLBACK, and settle says whose fault it was. Until then nobody else takes
-- its messages, since lock_class_delivery is held by the session. Rewriting a row clears its xmax, so that the delivery is not
-- counted as one that ended without a word (where the disk is full, the xmax becomes that of a transaction that is committed,
-- which no reader takes for a dead one).
CREATE FUNCTION broker.settle(queue_id integer, delivery bigint, ids bigint[], blamed bigint, poison boolean, error_code text, error_text text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    mark    constant xid := xid(delivery::text::xid8);
    target  broker.queue;
    places  tid[];
    groups  bigint[];
    gone    boolean := false;
BEGIN
    IF NOT broker.may_receive(queue_id) THEN
        PERFORM broker.refuse_reader(queue_id);
    END IF;
    PERFORM pg_advisory_xact_lock(broker.lock_class_delivery(), broker.delivery_key(pg_current_xact_id()::text::bigint));
    SELECT * INTO target FROM broker.queue q WHERE q.queue_id = settle.queue_id;
    SELECT array_agg(m.ctid), array_agg(DISTINCT m.conversation_group) FILTER (WHERE m.conversation_group <> m.id) INTO places, groups
      FROM broker.message m WHERE m.queue_id = settle.queue_id AND m.priority = ANY (target.priorities) AND m.id = ANY (ids) AND m.xmax = mark;
    IF groups IS NOT NULL THEN -- and what the handler undid with it: an end of its conversation drops what waits there
        places := places || ARRAY(SELECT m.ctid FROM broker.message m
                                    WHERE m.queue_id = settle.queue_id AND m.conversation_group = ANY (groups) AND m.conversation_group <> m.id
                                      AND m.id <> ALL (ids) AND m.xmax = mark);
    END IF;
    BEGIN
        UPDATE broker.message m SET attempts = m.attempts + CASE WHEN m.id = blamed THEN 1 ELSE 0 END WHERE m.ctid = ANY (places);
        IF blamed IS NOT NULL THEN
            SELECT poison OR m.attempts - m.rollbacks >= target.max_attempts INTO gone
              FROM broker.message m WHERE m.queue_id = settle.queue_id AND m.priority = ANY (target.priorities) AND m.id = blamed;
            PERFORM broker.add_activity(queue_id, 0, failed => 1);
        END IF;
        IF gone THEN
            PERFORM broker.bury(queue_id, ARRAY[blamed], CASE WHEN poison THEN error_text END, error_code, error_text);
        END IF;
    EXCEPTION WHEN disk_full THEN -- a lock needs no room
        PERFORM FROM broker.message m WHERE m.ctid = ANY (places) FOR UPDATE;
        gone := false;
    END;
    PERFORM broker.ring(queue_id, false);
    RETURN coalesce(gone, false);
END $$;
COMMENT ON FUNCTION broker.settle IS 'After ROLLBACK of a delivery of next_delivery: counts an attempt against one of its messages, or none where blamed is null, and puts the others back. Returns whether the blamed one was given up. COMMIT it, then release_delivery.';

CREATE FUNCTION broker.release_delivery(delivery bigint) RETURNS void
LANGUAGE sql AS $$ SELECT pg_advisory_unlock(broker.lock_class_delivery(), broker.delivery_key(delivery)) $$;
COMMENT ON FUNCTION broker.release_delivery IS 'The delivery is over. Where it was rolled back and not settled, the next reader counts it as ended without a word.';

CREATE FUNCTION broker.release_deliveries() RETURNS void
LANGUAGE sql AS $$
    SELECT pg_advisory_unlock(broker.lock_class_delivery(), (l.objid::bigint - CASE WHEN l.objid::bigint > 2147483647 THEN 4294967296 ELSE 0 END)::integer)
    FROM pg_locks l
    WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.pid = pg_backend_pid() AND l.classid::integer = broker.lock_class_delivery()
$$;
COMMENT ON FUNCTION broker.release_deliveries IS 'As release_delivery, for all that this session has: after a next_delivery that failed half way, and forgive_deliveries.';

CREATE FUNCTION broker.forgive_deliveries(queue_id integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    marks constant xid[] := ARRAY(
        SELECT ((l.objid::bigint + 2147483648) % 4294967296)::text::xid FROM pg_locks l
        WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.pid = pg_backend_pid() AND l.classid::integer = broker.lock_class_delivery());
BEGIN
    IF NOT broker.may_receive(queue_id) THEN
        PERFORM broker.refuse_reader(queue_id);
    ELSIF cardinality(marks) > 0 THEN -- as settle does it; a lock needs no room
        PERFORM pg_advisory_xact_lock(broker.lock_class_delivery(), broker.delivery_key(pg_current_xact_id()::text::bigint));
        PERFORM FROM broker.message m WHERE m.queue_id = forgive_deliveries.queue_id AND m.xmax = ANY (marks) FOR UPDATE;
    END IF;
END $$;
COMMENT ON FUNCTION broker.forgive_deliveries IS 'After a next_delivery that failed half way (the disk is full, it was cancelled) and ROLLBACK: what it may have taken costs no attempt. COMMIT it, then release_deliveries.';

CREATE FUNCTION broker.receive(queue text, max integer DEFAULT 1, timeout interval DEFAULT '0', handle bigint DEFAULT NULL)
RETURNS TABLE (conversation_handle bigint, message_type text, body jsonb, attempts integer, enqueued_at timestamptz, priority integer,
               conversation_group bigint, message_id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    number   constant integer     := broker.queue_number(queue);
    until    constant timestamptz := clock_timestamp() + coalesce(timeout, interval '0');
    pause    double precision := 0.005;
    limited  integer;
    message  record;
    taken    bigint := 0;
BEGIN
    PERFORM broker.note_server_start();
    SELECT q.max_readers INTO limited FROM broker.queue q WHERE q.queue_id = number;
    IF limited IS NOT NULL THEN
        PERFORM broker.take_seat(number, limited, false);
    END IF;
    LOOP
        FOR message IN SELECT * FROM broker.next_delivery(number, max, '{0,0,0,0,0,0,0,0,0,0}', accounted => false, only_handle => handle) AS d
                         ORDER BY d.priority DESC, d.id LOOP
            IF message.id = 0 THEN
                RAISE NOTICE 'deliveries that ended without a word were counted: COMMIT and receive again';
                RETURN;
            END IF;
            CONTINUE WHEN message.id < 0;
            taken := taken + 1;
            conversation_handle := message.conversation;
            message_type := message.message_type;
            body := message.body;
            attempts := message.attempts;
            enqueued_at := to_timestamp(message.enqueued_at / 1000000.0);
            priority := message.priority;
            conversation_group := message.conversation_group;
            message_id := message.id;
            RETURN NEXT;
        END LOOP;
        IF taken > 0 THEN
            PERFORM broker.add_activity(number, taken);
            RETURN;
        ELSIF broker.release_due(number) > 0 THEN
            RAISE NOTICE 'deferred messages have become due: COMMIT and receive again';
            RETURN;
        END IF;
        EXIT WHEN clock_timestamp() >= until;
        PERFORM pg_sleep(least(pause, extract(epoch FROM until - clock_timestamp())));
        pause := least(pause * 2, 0.1);
    END LOOP;
END $$;
COMMENT ON FUNCTION broker.receive IS 'Takes up to max messages, in order inside each conversation, as part of the caller''s transaction; timeout: waits so long for the first; handle: from this conversation only. A ROLLBACK counts as an attempt: the next receive notes it, gives nothing and says so.';

-- Sleeping ------------------------------------------------------------------------------------------------------

CREATE FUNCTION broker.announce_sleep(queue_id integer) RETURNS void
LANGUAGE sql AS $$ SELECT pg_advisory_lock_shared(broker.lock_class_sleeping(), queue_id) $$;
COMMENT ON FUNCTION broker.announce_sleep IS 'From now on senders ring for this connection. Those that looked before may not: wait for senders_done, then look once more.';

CREATE FUNCTION broker.senders_done(queue_id integer) RETURNS boolean
LANGUAGE plpgsql SET lock_timeout = '20ms' AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(broker.lock_class_sending(), queue_id);
    RETURN true;
EXCEPTION WHEN lock_not_available THEN
    RETURN false;
END $$;
COMMENT ON FUNCTION broker.senders_done IS 'Waits shortly for the senders that do not ring. False where one is still in its transaction: look again soon.';

CREATE FUNCTION broker.announce_work(queue_id integer) RETURNS void
LANGUAGE sql AS $$ SELECT pg_advisory_unlock_shared(broker.lock_class_sleeping(), queue_id) $$;
COMMENT ON FUNCTION broker.announce_work IS 'Takes announce_sleep back.';
