-- The broker: queues and conversations as part of the caller's transaction. How to use it: docs/broker.md.
--
-- One table holds all messages. A reader locks conversations (advisory locks), then deletes their first messages in its
-- own transaction: COMMIT consumes them together with all effects, ROLLBACK puts them back, a reader that dies leaves
-- nothing to clean up. A deletion that was rolled back leaves its transaction id in the row's xmax: that is how the
-- next reader learns, at no cost to anybody, that a delivery ended without a word.
-- Therefore: no foreign keys to broker.message and no row locks on it, they would write xmax too.

CREATE SCHEMA broker;
COMMENT ON SCHEMA broker IS 'Transactional message queues with conversations.';

-- What may be sent ----------------------------------------------------------------------------------------------

CREATE TABLE broker.message_type (
    name text NOT NULL PRIMARY KEY
);
COMMENT ON TABLE broker.message_type IS 'What a message can be.';
COMMENT ON COLUMN broker.message_type.name IS 'Its name, as programs write it.';

CREATE TABLE broker.contract (
    name text NOT NULL PRIMARY KEY
);
COMMENT ON TABLE broker.contract IS 'Which message types a conversation is made of.';
COMMENT ON COLUMN broker.contract.name IS 'Its name.';

CREATE TABLE broker.contract_message_type (
    contract     text NOT NULL REFERENCES broker.contract,
    message_type text NOT NULL REFERENCES broker.message_type,
    sent_by      text NOT NULL CHECK (sent_by IN ('initiator', 'target', 'any')),
    PRIMARY KEY (contract, message_type)
);
COMMENT ON TABLE broker.contract_message_type IS 'Who may send what under a contract.';
COMMENT ON COLUMN broker.contract_message_type.contract IS 'The contract.';
COMMENT ON COLUMN broker.contract_message_type.message_type IS 'A message type it allows.';
COMMENT ON COLUMN broker.contract_message_type.sent_by IS 'The side that may send it: initiator, target or any.';

CREATE TABLE broker.queue (
    queue_id     integer NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name         text    NOT NULL UNIQUE,
    status       text    NOT NULL DEFAULT 'ON' CHECK (status IN ('ON', 'OFF')),
    max_attempts integer NOT NULL DEFAULT 3 CHECK (max_attempts BETWEEN 1 AND 1000),
    max_rollbacks integer NOT NULL DEFAULT 5 CHECK (max_rollbacks BETWEEN 1 AND 1000)
);
COMMENT ON TABLE broker.queue IS 'Where messages wait.';
COMMENT ON COLUMN broker.queue.queue_id IS 'Number, part of the advisory locks of its readers.';
COMMENT ON COLUMN broker.queue.name IS 'Its name.';
COMMENT ON COLUMN broker.queue.status IS 'OFF: messages are kept but not given out.';
COMMENT ON COLUMN broker.queue.max_attempts IS 'A message that its handler failed on so often goes to broker.dead_letter.';
COMMENT ON COLUMN broker.queue.max_rollbacks IS 'So does one whose delivery so often ended without a word: its reader died, or rolled back in plain SQL. Higher, because a reader may be killed by something else.';

CREATE TABLE broker.queue_reader (
    queue_id integer NOT NULL REFERENCES broker.queue ON DELETE CASCADE,
    role     regrole NOT NULL,
    PRIMARY KEY (queue_id, role)
);
COMMENT ON TABLE broker.queue_reader IS 'Roles that may receive from a queue, beside the owner of the broker.';
COMMENT ON COLUMN broker.queue_reader.queue_id IS 'The queue.';
COMMENT ON COLUMN broker.queue_reader.role IS 'The role; its members may receive too.';

CREATE TABLE broker.service (
    name     text    NOT NULL PRIMARY KEY,
    queue_id integer NOT NULL REFERENCES broker.queue
);
COMMENT ON TABLE broker.service IS 'Ends of conversations: who sends and who is sent to.';
COMMENT ON COLUMN broker.service.name IS 'Its name.';
COMMENT ON COLUMN broker.service.queue_id IS 'Where messages to it wait.';

CREATE TABLE broker.service_contract (
    service  text NOT NULL REFERENCES broker.service,
    contract text NOT NULL REFERENCES broker.contract,
    PRIMARY KEY (service, contract)
);
COMMENT ON TABLE broker.service_contract IS 'Contracts under which others may begin a conversation with a service.';
COMMENT ON COLUMN broker.service_contract.service IS 'The service.';
COMMENT ON COLUMN broker.service_contract.contract IS 'A contract it accepts.';

-- What is under way ---------------------------------------------------------------------------------------------

-- Cache 1: inside a conversation ids must grow in the order of commits (send() locks the conversation for that).
CREATE SEQUENCE broker.handle CACHE 1;
COMMENT ON SEQUENCE broker.handle IS 'Ids of messages and handles of conversations, so that neither is ever taken for another.';

CREATE TABLE broker.conversation (
    handle       bigint      NOT NULL PRIMARY KEY DEFAULT nextval('broker.handle'),
    far_handle   bigint      NOT NULL,
    is_initiator boolean     NOT NULL,
    service      text        NOT NULL REFERENCES broker.service,
    far_service  text        NOT NULL REFERENCES broker.service,
    contract     text        NOT NULL REFERENCES broker.contract,
    state        text        NOT NULL DEFAULT 'CONVERSING' CHECK (state IN ('CONVERSING', 'DISCONNECTED_INBOUND', 'ERROR')),
    created_at   timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE broker.conversation IS 'One row for each end of a conversation that was begun with begin_conversation, until that end ends it. One-way messages of send_one and send_many have none.';
COMMENT ON COLUMN broker.conversation.handle IS 'What this end calls the conversation.';
COMMENT ON COLUMN broker.conversation.far_handle IS 'What the other end calls it.';
COMMENT ON COLUMN broker.conversation.is_initiator IS 'Is this the end that began it?';
COMMENT ON COLUMN broker.conversation.service IS 'This end.';
COMMENT ON COLUMN broker.conversation.far_service IS 'The other end.';
COMMENT ON COLUMN broker.conversation.contract IS 'What may be said.';
COMMENT ON COLUMN broker.conversation.state IS 'DISCONNECTED_INBOUND: the other end ended it; ERROR: with an error. Nothing can be sent then.';
COMMENT ON COLUMN broker.conversation.created_at IS 'When it was begun.';

CREATE TABLE broker.message (
    queue_id     integer     NOT NULL,
    id           bigint      NOT NULL,
    conversation bigint      NOT NULL,
    attempts     smallint    NOT NULL DEFAULT 0,
    rollbacks    smallint    NOT NULL DEFAULT 0,
    enqueued_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    message_type text        NOT NULL,
    body         jsonb,
    PRIMARY KEY (queue_id, id)
);
CREATE INDEX message_by_conversation ON broker.message (queue_id, conversation, id);
-- Rows live for milliseconds, so dead ones are swept by number, not by share, and without pauses.
ALTER TABLE broker.message SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
                                autovacuum_vacuum_cost_delay = 0, autovacuum_vacuum_insert_threshold = -1);
COMMENT ON TABLE broker.message IS 'Messages that wait or are being handled. Not to be touched by hand: a rolled-back change counts as a failed delivery.';
COMMENT ON COLUMN broker.message.queue_id IS 'Where it waits.';
COMMENT ON COLUMN broker.message.id IS 'Number; the order inside a conversation.';
COMMENT ON COLUMN broker.message.conversation IS 'Handle of the receiving end; of a one-way message its own first id.';
COMMENT ON COLUMN broker.message.attempts IS 'Deliveries that failed or whose reader died.';
COMMENT ON COLUMN broker.message.rollbacks IS 'Those among them that ended without a word.';
COMMENT ON COLUMN broker.message.enqueued_at IS 'When it was sent.';
COMMENT ON COLUMN broker.message.message_type IS 'What it is.';
COMMENT ON COLUMN broker.message.body IS 'What it says.';

CREATE TABLE broker.dead_letter (
    dead_letter_id      bigint      NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id           integer,
    conversation_handle bigint      NOT NULL,
    queue               text        NOT NULL,
    message_type        text        NOT NULL,
    body                jsonb,
    enqueued_at         timestamptz NOT NULL,
    attempt_count       integer     NOT NULL,
    reason              text        NOT NULL,
    error_code          text,
    error_text          text,
    metadata            jsonb       NOT NULL,
    created_at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX dead_letter_by_queue ON broker.dead_letter (queue, created_at);
COMMENT ON TABLE broker.dead_letter IS 'Messages that were given up. Each can be replayed or discarded.';
COMMENT ON COLUMN broker.dead_letter.dead_letter_id IS 'Number.';
COMMENT ON COLUMN broker.dead_letter.tenant_id IS 'TenantId of the body, where it has one.';
COMMENT ON COLUMN broker.dead_letter.conversation_handle IS 'The conversation it belonged to.';
COMMENT ON COLUMN broker.dead_letter.queue IS 'The queue it waited in.';
COMMENT ON COLUMN broker.dead_letter.message_type IS 'What it is.';
COMMENT ON COLUMN broker.dead_letter.body IS 'What it says.';
COMMENT ON COLUMN broker.dead_letter.enqueued_at IS 'When it was sent.';
COMMENT ON COLUMN broker.dead_letter.attempt_count IS 'Deliveries that failed or whose reader died.';
COMMENT ON COLUMN broker.dead_letter.reason IS 'Exceeded maximum delivery attempts of {n}, or the handler''s own text.';
COMMENT ON COLUMN broker.dead_letter.error_code IS 'Code of the last failure in the words of what failed: an SQLSTATE, Neo.ClientError…';
COMMENT ON COLUMN broker.dead_letter.error_text IS 'Text of the last failure.';
COMMENT ON COLUMN broker.dead_letter.metadata IS 'message_id; rollbacks, the attempts that ended without a word; role and application of the reader that gave it up.';
COMMENT ON COLUMN broker.dead_letter.created_at IS 'When it was given up.';

-- Unlogged, so that crash recovery empties it, which then reads as a new start.
CREATE UNLOGGED TABLE broker.server_start (
    started_at timestamptz NOT NULL,
    first_xid  xid8        NOT NULL
);
COMMENT ON TABLE broker.server_start IS 'First transaction id after the last start of the server: a delivery older than that ended with the server, not with its reader, and costs no attempt.';
COMMENT ON COLUMN broker.server_start.started_at IS 'When the server started. Several readers may have noted it at once; the smallest first_xid counts.';
COMMENT ON COLUMN broker.server_start.first_xid IS 'Next transaction id when the first reader came after that.';

-- Advisory locks ------------------------------------------------------------------------------------------------
-- All have two keys: a class from here, and a queue's number or a conversation's hash.

CREATE FUNCTION broker.lock_class_sleeping() RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 7701';
COMMENT ON FUNCTION broker.lock_class_sleeping IS 'Advisory lock class (key: queue): readers that sleep hold it shared, so that senders know whether to ring.';
CREATE FUNCTION broker.lock_class_sending() RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 7702';
COMMENT ON FUNCTION broker.lock_class_sending IS 'Advisory lock class (key: queue): held shared by a sender that did not ring, until its commit; a reader waits for it before it sleeps.';
CREATE FUNCTION broker.lock_class_order() RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 7703';
COMMENT ON FUNCTION broker.lock_class_order IS 'Advisory lock class (key: hash of a handle): senders to one conversation go one after another.';
CREATE FUNCTION broker.lock_class_conversation(queue_id integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 10000 + queue_id';
COMMENT ON FUNCTION broker.lock_class_conversation IS 'Advisory lock class of a queue, from 10001 (key: hash of a handle): the reader that handles a conversation.';

-- Sending -------------------------------------------------------------------------------------------------------

CREATE FUNCTION broker.channel(queue_id integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'broker_' || queue_id $$;
COMMENT ON FUNCTION broker.channel IS 'NOTIFY channel of a queue.';

-- A NOTIFY makes commits wait for each other and halves the rate of single sends, so a transaction that begins with a send
-- rings only for a sleeper. A reader that is just falling asleep waits for lock_class_sending and looks again.
CREATE FUNCTION broker.ring(queue_id integer, first boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF first AND pg_try_advisory_xact_lock_shared(broker.lock_class_sending(), queue_id)
       AND pg_try_advisory_lock(broker.lock_class_sleeping(), queue_id) THEN
        PERFORM pg_advisory_unlock(broker.lock_class_sleeping(), queue_id);
    ELSE
        PERFORM pg_notify(broker.channel(queue_id), '');
    END IF;
END $$;
COMMENT ON FUNCTION broker.ring IS 'Wakes the readers of a queue that sleep. first: had the transaction written nothing before?';

CREATE FUNCTION broker.refuse_route(from_service text, to_service text, contract text, message_type text, sender text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    allowed text;
BEGIN
    IF NOT EXISTS (SELECT FROM broker.service s WHERE s.name = from_service) THEN
        RAISE EXCEPTION 'unknown service %', coalesce(quote_literal(from_service), 'NULL')
            USING ERRCODE = '42704', HINT = 'See table broker.service.';
    ELSIF NOT EXISTS (SELECT FROM broker.service s WHERE s.name = to_service) THEN
        RAISE EXCEPTION 'unknown service %', coalesce(quote_literal(to_service), 'NULL')
            USING ERRCODE = '42704', HINT = 'See table broker.service.';
    ELSIF NOT EXISTS (SELECT FROM broker.contract c WHERE c.name = refuse_route.contract) THEN
        RAISE EXCEPTION 'unknown contract %', coalesce(quote_literal(contract), 'NULL')
            USING ERRCODE = '42704', HINT = 'See table broker.contract.';
    ELSIF NOT EXISTS (SELECT FROM broker.service_contract a WHERE a.service = to_service AND a.contract = refuse_route.contract) THEN
        SELECT string_agg(a.contract, ', ' ORDER BY a.contract) INTO allowed FROM broker.service_contract a WHERE a.service = to_service;
        RAISE EXCEPTION 'service % does not accept contract %', to_service, contract
            USING ERRCODE = '22023', HINT = 'It accepts ' || coalesce(allowed, 'none') || '.';
    ELSIF NOT EXISTS (SELECT FROM broker.message_type t WHERE t.name = refuse_route.message_type) THEN
        RAISE EXCEPTION 'unknown message type %', coalesce(quote_literal(message_type), 'NULL')
            USING ERRCODE = '42704', HINT = 'See table broker.message_type.';
    END IF;
    SELECT string_agg(m.message_type, ', ' ORDER BY m.message_type) INTO allowed
      FROM broker.contract_message_type m WHERE m.contract = refuse_route.contract AND m.sent_by IN (sender, 'any');
    RAISE EXCEPTION 'the % may not send % under contract %', sender, message_type, contract
        USING ERRCODE = '22023', HINT = 'It may send ' || coalesce(allowed, 'nothing') || '.';
END $$;
COMMENT ON FUNCTION broker.refuse_route IS 'Says what is wrong with a message that may not be sent.';

CREATE FUNCTION broker.route(from_service text, to_service text, contract text, message_type text) RETURNS integer
LANGUAGE plpgsql STABLE AS $$
DECLARE
    target integer;
BEGIN
    SELECT s.queue_id INTO target
      FROM broker.service s
      JOIN broker.service_contract a ON a.service = s.name AND a.contract = route.contract
      JOIN broker.contract_message_type m ON m.contract = a.contract AND m.message_type = route.message_type AND m.sent_by IN ('initiator', 'any')
      WHERE s.name = to_service AND EXISTS (SELECT FROM broker.service f WHERE f.name = from_service);
    IF target IS NULL THEN
        PERFORM broker.refuse_route(from_service, to_service, contract, message_type, 'initiator');
    END IF;
    RETURN target;
END $$;
COMMENT ON FUNCTION broker.route IS 'The queue that the first message of a conversation goes to; refuses what the contract does not allow.';

CREATE FUNCTION broker.check_body(body jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF length(body::text) > 512000 THEN
        RAISE EXCEPTION 'message body has % characters', length(body::text)
            USING ERRCODE = '54000', HINT = 'At most 512000: store the content elsewhere and send where it is.';
    END IF;
END $$;
COMMENT ON FUNCTION broker.check_body IS 'Refuses a body over 512,000 characters.';

CREATE FUNCTION broker.send_one(from_service text, to_service text, contract text, message_type text, body jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    first  boolean := pg_current_xact_id_if_assigned() IS NULL; -- before nextval, which may assign one
    target integer := broker.route(from_service, to_service, contract, message_type);
    id     bigint  := nextval('broker.handle');
BEGIN
    PERFORM broker.check_body(body);
    INSERT INTO broker.message (queue_id, id, conversation, message_type, body) VALUES (target, id, id, message_type, body);
    PERFORM broker.ring(target, first);
    RETURN id;
END $$;
COMMENT ON FUNCTION broker.send_one IS 'Sends a message one way, in a conversation of its own that needs no ending. Returns its handle.';

CREATE FUNCTION broker.send_many(from_service text, to_service text, contract text, message_type text, bodies jsonb[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    first  boolean := pg_current_xact_id_if_assigned() IS NULL;
    target integer := broker.route(from_service, to_service, contract, message_type);
BEGIN
    IF coalesce(cardinality(bodies), 0) = 0 THEN
        RETURN;
    END IF;
    PERFORM broker.check_body(one) FROM unnest(bodies) AS one;
    INSERT INTO broker.message (queue_id, id, conversation, message_type, body)
    SELECT target, numbered.id, numbered.id, send_many.message_type, numbered.body
      FROM (SELECT nextval('broker.handle') AS id, one.body FROM unnest(bodies) WITH ORDINALITY AS one (body, n) ORDER BY one.n) AS numbered;
    PERFORM broker.ring(target, first);
END $$;
COMMENT ON FUNCTION broker.send_many IS 'As send_one, for an array of bodies: each in a conversation of its own.';

CREATE FUNCTION broker.begin_conversation(from_service text, to_service text, contract text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    near bigint := nextval('broker.handle');
    far  bigint := nextval('broker.handle');
BEGIN
    IF NOT EXISTS (SELECT FROM broker.service f, broker.service_contract a
                   WHERE f.name = from_service AND a.service = to_service AND a.contract = begin_conversation.contract) THEN
        PERFORM broker.refuse_route(from_service, to_service, contract, NULL, 'initiator');
    END IF;
    INSERT INTO broker.conversation (handle, far_handle, is_initiator, service, far_service, contract)
    VALUES (near, far, true, from_service, to_service, contract), (far, near, false, to_service, from_service, contract);
    RETURN near;
END $$;
COMMENT ON FUNCTION broker.begin_conversation IS 'Begins a conversation whose messages arrive in order. Returns this end''s handle; receivers get the other end''s.';

-- Puts a message at the end of a conversation. The lock makes ids grow in the order of commits.
CREATE FUNCTION broker.append(queue_id integer, conversation bigint, message_type text, body jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    first boolean := pg_current_xact_id_if_assigned() IS NULL;
BEGIN
    PERFORM pg_advisory_xact_lock(broker.lock_class_order(), hashint8(conversation));
    INSERT INTO broker.message (queue_id, id, conversation, message_type, body)
    VALUES (append.queue_id, nextval('broker.handle'), append.conversation, append.message_type, append.body);
    PERFORM broker.ring(append.queue_id, first);
END $$;
COMMENT ON FUNCTION broker.append IS 'Adds a message to a conversation, behind all others.';

CREATE FUNCTION broker.send(handle bigint, message_type text, body jsonb DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    near   broker.conversation;
    sender text;
BEGIN
    SELECT * INTO near FROM broker.conversation c WHERE c.handle = send.handle FOR SHARE;
    IF NOT FOUND OR near.state <> 'CONVERSING' THEN
        RAISE EXCEPTION 'conversation % has ended or was never begun', coalesce(handle::text, 'NULL')
            USING ERRCODE = '55000', HINT = 'Handles come from broker.begin_conversation and with received messages; one-way messages cannot be answered.';
    END IF;
    sender := CASE WHEN near.is_initiator THEN 'initiator' ELSE 'target' END;
    IF NOT EXISTS (SELECT FROM broker.contract_message_type m
                   WHERE m.contract = near.contract AND m.message_type = send.message_type AND m.sent_by IN (sender, 'any')) THEN
        PERFORM broker.refuse_route(near.service, CASE WHEN near.is_initiator THEN near.far_service ELSE near.service END,
                                    near.contract, message_type, sender);
    END IF;
    PERFORM broker.check_body(body);
    PERFORM broker.append((SELECT s.queue_id FROM broker.service s WHERE s.name = near.far_service), near.far_handle, message_type, body);
END $$;
COMMENT ON FUNCTION broker.send IS 'Sends a message to the other end of a conversation.';

CREATE FUNCTION broker.end_conversation(handle bigint, error_code integer DEFAULT NULL, description text DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    near     broker.conversation;
    far      broker.conversation;
    is_error constant boolean := error_code IS NOT NULL OR description IS NOT NULL;
    waiting  integer;
BEGIN
    -- Both ends in one order, so that two that end at once do not wait for each other.
    PERFORM FROM broker.conversation c
      WHERE c.handle IN (end_conversation.handle, (SELECT n.far_handle FROM broker.conversation n WHERE n.handle = end_conversation.handle))
      ORDER BY c.handle FOR UPDATE;
    DELETE FROM broker.conversation c WHERE c.handle = end_conversation.handle RETURNING * INTO near;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    SELECT s.queue_id INTO waiting FROM broker.service s WHERE s.name = near.service;
    PERFORM pg_advisory_xact_lock(broker.lock_class_conversation(waiting), hashint8(near.handle));
    DELETE FROM broker.message m WHERE m.queue_id = waiting AND m.conversation = near.handle;
    UPDATE broker.conversation c SET state = CASE WHEN is_error THEN 'ERROR' ELSE 'DISCONNECTED_INBOUND' END
      WHERE c.handle = near.far_handle RETURNING * INTO far;
    IF FOUND THEN
        PERFORM broker.append((SELECT s.queue_id FROM broker.service s WHERE s.name = far.service), far.handle,
                              CASE WHEN is_error THEN 'Error' ELSE 'EndDialog' END,
                              CASE WHEN is_error THEN jsonb_build_object('Code', error_code, 'Description', description) END);
    END IF;
    RETURN true;
END $$;
COMMENT ON FUNCTION broker.end_conversation IS 'Ends this end of a conversation; what still waits for it is dropped, and the other end gets a message EndDialog, or Error with {Code, Description}. False where there is nothing to end, as with one-way messages.';

-- Receiving -----------------------------------------------------------------------------------------------------

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

CREATE FUNCTION broker.require_reader(queue_id integer) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    -- The callers run with the owner's rights: session_user is who asks, current_user the owner.
    IF pg_has_role(session_user, current_user, 'MEMBER')
       OR EXISTS (SELECT FROM broker.queue_reader r WHERE r.queue_id = require_reader.queue_id AND pg_has_role(session_user, r.role, 'MEMBER')) THEN
        RETURN;
    END IF;
    RAISE EXCEPTION 'role % may not receive from %', session_user,
                    coalesce((SELECT q.name FROM broker.queue q WHERE q.queue_id = require_reader.queue_id), 'queue ' || queue_id)
        USING ERRCODE = '42501', HINT = 'Roles that may are in table broker.queue_reader.';
END $$;
COMMENT ON FUNCTION broker.require_reader IS 'Refuses who may not receive from a queue.';

CREATE FUNCTION broker.require_on(queue_id integer) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    target broker.queue;
BEGIN
    SELECT * INTO target FROM broker.queue q WHERE q.queue_id = require_on.queue_id;
    IF target.status IS DISTINCT FROM 'ON' THEN
        RAISE EXCEPTION '% is off', coalesce(target.name, 'queue ' || queue_id)
            USING ERRCODE = '55000', HINT = 'UPDATE broker.queue SET status = ''ON'' gives its messages out again.';
    END IF;
END $$;
COMMENT ON FUNCTION broker.require_on IS 'Refuses to give out messages of a queue that is off.';

CREATE FUNCTION broker.queue_number(queue text) RETURNS integer
LANGUAGE plpgsql STABLE AS $$
DECLARE
    number integer;
BEGIN
    SELECT q.queue_id INTO number FROM broker.queue q WHERE q.name = queue;
    IF number IS NULL THEN
        RAISE EXCEPTION 'unknown queue %', coalesce(quote_literal(queue), 'NULL') USING ERRCODE = '42704', HINT = 'See table broker.queue.';
    END IF;
    RETURN number;
END $$;
COMMENT ON FUNCTION broker.queue_number IS 'A queue''s number.';

CREATE FUNCTION broker.attach(queue text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    number integer := broker.queue_number(queue);
BEGIN
    IF pg_is_in_recovery() THEN
        RAISE EXCEPTION 'PostgreSQL is a standby, which gives no messages out'
            USING ERRCODE = 'read_only_sql_transaction', HINT = 'Promote it, or let conninfo name the primary.';
    END IF;
    PERFORM broker.require_reader(number);
    PERFORM broker.note_server_start();
    EXECUTE format('LISTEN %I', broker.channel(number));
    RETURN number;
END $$;
COMMENT ON FUNCTION broker.attach IS 'Makes this connection a reader of a queue, which hears when something is sent. Returns the queue''s number.';

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

CREATE FUNCTION broker.bury(queue_id integer, ids bigint[], reason text, error_code text, error_text text) RETURNS void
LANGUAGE sql AS $$
    WITH given_up AS (
        DELETE FROM broker.message m WHERE m.queue_id = bury.queue_id AND m.id = ANY (ids) RETURNING m.*)
    INSERT INTO broker.dead_letter (tenant_id, conversation_handle, queue, message_type, body, enqueued_at, attempt_count,
                                    reason, error_code, error_text, metadata)
    SELECT CASE WHEN jsonb_typeof(m.body -> 'TenantId') = 'number' AND m.body ->> 'TenantId' ~ '^\d{1,9}$' THEN (m.body ->> 'TenantId')::integer END,
           m.conversation, q.name, m.message_type, m.body, m.enqueued_at, m.attempts,
           coalesce(bury.reason, format('Exceeded maximum delivery attempts of %s',
                                        CASE WHEN m.rollbacks >= q.max_rollbacks THEN q.max_rollbacks ELSE q.max_attempts END)), nullif(bury.error_code, ''), bury.error_text,
           jsonb_build_object('message_id', m.id, 'rollbacks', m.rollbacks, 'role', session_user, 'application', current_setting('application_name'))
    FROM given_up m JOIN broker.queue q ON q.queue_id = m.queue_id
    ORDER BY m.id;
$$;
COMMENT ON FUNCTION broker.bury IS 'Moves messages to broker.dead_letter; reason null means too many attempts.';

-- Rewriting a row clears its xmax, so that the delivery is not counted again (where the disk is full, the xmax becomes that
-- of a transaction that is committed, which no reader takes for a dead one). The lock is the caller's already, or was lost
-- with a failed COMMIT: then only what nobody took meanwhile is touched.
CREATE FUNCTION broker.settle(queue_id integer, ids bigint[], blamed bigint, poison boolean, error_code text, error_text text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    locked         constant bigint[] := nullif(current_setting('broker.locked', true), '');
    undone_ids     bigint[]          := ids;
    mine           bigint[];
    limit_of_queue integer;
    gone           boolean           := false;
BEGIN
    PERFORM broker.require_reader(queue_id);
    SELECT q.max_attempts INTO limit_of_queue FROM broker.queue q WHERE q.queue_id = settle.queue_id;
    IF ids IS NULL THEN
        undone_ids := ARRAY(SELECT m.id FROM broker.message m
                            WHERE m.queue_id = settle.queue_id AND m.conversation = ANY (locked) AND m.xmax <> 0);
    END IF;
    -- OFFSET 0: only these rows' conversations are to be locked.
    mine := ARRAY(SELECT undone.id
                  FROM (SELECT m.id, m.conversation FROM broker.message m
                        WHERE m.queue_id = settle.queue_id AND m.id = ANY (undone_ids) AND m.xmax <> 0 OFFSET 0) AS undone
                  WHERE pg_try_advisory_xact_lock(broker.lock_class_conversation(settle.queue_id), hashint8(undone.conversation)));
    BEGIN
        UPDATE broker.message m SET attempts = m.attempts + CASE WHEN m.id = blamed THEN 1 ELSE 0 END
          WHERE m.queue_id = settle.queue_id AND m.id = ANY (mine);
        IF blamed = ANY (mine) THEN
            SELECT poison OR m.attempts - m.rollbacks >= limit_of_queue INTO gone FROM broker.message m WHERE m.queue_id = settle.queue_id AND m.id = blamed;
        END IF;
        IF gone THEN
            PERFORM broker.bury(queue_id, ARRAY[blamed], CASE WHEN poison THEN error_text END, error_code, error_text);
        END IF;
    EXCEPTION WHEN disk_full THEN -- a lock needs no room
        PERFORM FROM broker.message m WHERE m.queue_id = settle.queue_id AND m.id = ANY (mine) FOR UPDATE;
        gone := false;
    END;
    PERFORM broker.ring(queue_id, false);
    RETURN gone;
END $$;
COMMENT ON FUNCTION broker.settle IS 'Ends a delivery that was undone (ROLLBACK TO SAVEPOINT): counts an attempt against one message, or none where blamed is null, and puts the others back. ids null: whatever was taken of the locked conversations. Returns whether the blamed one was given up.';

CREATE FUNCTION broker.count_dead_readers(queue_id integer, ids bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    hopeless bigint[];
BEGIN
    UPDATE broker.message m SET attempts = m.attempts + ended.silently, rollbacks = m.rollbacks + ended.silently
      FROM (SELECT given.id, CASE WHEN broker.reader_died(given.xmax) THEN 1 ELSE 0 END AS silently
              FROM broker.message given WHERE given.queue_id = count_dead_readers.queue_id AND given.id = ANY (ids) OFFSET 0) AS ended
      WHERE m.queue_id = count_dead_readers.queue_id AND m.id = ended.id;
    hopeless := ARRAY(SELECT m.id FROM broker.message m JOIN broker.queue q ON q.queue_id = m.queue_id
                      WHERE m.queue_id = count_dead_readers.queue_id AND m.id = ANY (ids) AND m.rollbacks >= q.max_rollbacks);
    IF cardinality(hopeless) > 0 THEN
        PERFORM broker.bury(queue_id, hopeless, NULL, NULL, 'its reader died while it handled the message');
    END IF;
END $$;
COMMENT ON FUNCTION broker.count_dead_readers IS 'Counts the attempts of deliveries that ended without a word.';

-- Receiving is two statements of one transaction, with a savepoint between them:
--     BEGIN; lock_next; SAVEPOINT; take; …the handler's work…; COMMIT
--     on failure: ROLLBACK TO SAVEPOINT; settle; COMMIT      the conversations stay locked throughout: nobody slips in
-- They must be two: a former holder of a lock may commit in the middle of lock_next, and what it did is seen only by a new
-- statement. A queue looks tiny whenever it is analyzed, and a plan made for a tiny table is ruinous with a backlog: hence SET.
CREATE FUNCTION broker.lock_next(queue_id integer, batch integer, behind bigint DEFAULT 0) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_material = off SET jit = off AS $$
DECLARE
    wanted   constant integer := least(greatest(batch, 1), 500); -- a lock each, and the server's lock table is finite
    reach    constant integer := 20 * wanted;                     -- rows to look at before moving on
    position bigint := behind;
    locked   bigint[];
    last     bigint;
    seen     integer;
    any_seen boolean := false;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'receiving needs READ COMMITTED, not %', upper(current_setting('transaction_isolation'))
            USING ERRCODE = '25000', HINT = 'BEGIN ISOLATION LEVEL READ COMMITTED.';
    END IF;
    PERFORM broker.require_reader(queue_id);
    PERFORM broker.require_on(queue_id);
    LOOP
        -- The inner LIMIT keeps the planner from locking conversations that are not wanted.
        SELECT array_agg(DISTINCT free.conversation), max(free.id) INTO locked, last
          FROM (SELECT ahead.id, ahead.conversation
                  FROM (SELECT m.id, m.conversation FROM broker.message m
                          WHERE m.queue_id = lock_next.queue_id AND m.id > position ORDER BY m.id LIMIT reach) AS ahead
                  WHERE pg_try_advisory_xact_lock(broker.lock_class_conversation(lock_next.queue_id), hashint8(ahead.conversation))
                  LIMIT wanted) AS free;
        EXIT WHEN locked IS NOT NULL;
        SELECT max(ahead.id), count(*) INTO last, seen
          FROM (SELECT m.id FROM broker.message m WHERE m.queue_id = lock_next.queue_id AND m.id > position ORDER BY m.id LIMIT reach) AS ahead;
        any_seen := any_seen OR seen > 0;
        EXIT WHEN seen < reach;
        position := last;
    END LOOP;
    PERFORM set_config('broker.locked', coalesce(locked::text, ''), true), set_config('broker.last', coalesce(last::text, ''), true);
    RETURN coalesce(cardinality(locked), CASE WHEN any_seen THEN -1 ELSE 0 END);
END $$;
COMMENT ON FUNCTION broker.lock_next IS 'First half of receiving: locks the next conversations, passing over those that other readers hold. Returns how many; -1: messages are there, but others hold all of them.';

CREATE FUNCTION broker.take(queue_id integer, batch integer) RETURNS SETOF broker.message
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_material = off SET jit = off AS $$
DECLARE
    wanted      constant integer  := least(greatest(batch, 1), 500);
    locked      constant bigint[] := nullif(current_setting('broker.locked', true), '');
    last        constant bigint   := nullif(current_setting('broker.last', true), '');
    ids         bigint[];
    places      tid[];
    interrupted bigint[];
    suspect     bigint;
    n           integer;
BEGIN
    PERFORM broker.require_reader(queue_id);
    IF locked IS NULL THEN
        RETURN;
    END IF;
    SELECT array_agg(first.id ORDER BY first.id), array_agg(first.ctid ORDER BY first.id),
           array_agg(first.id) FILTER (WHERE first.xmax <> 0), min(first.id) FILTER (WHERE first.attempts > 0)
      INTO ids, places, interrupted, suspect
      FROM (SELECT of_one.* FROM unnest(locked) AS held (conversation), LATERAL
               (SELECT m.id, m.ctid, m.attempts, m.xmax FROM broker.message m
                  WHERE m.queue_id = take.queue_id AND m.conversation = held.conversation AND m.id <= last
                  ORDER BY m.conversation, m.id LIMIT wanted) AS of_one
            ORDER BY of_one.id LIMIT wanted) AS first;
    IF interrupted IS NOT NULL THEN
        PERFORM broker.count_dead_readers(queue_id, interrupted);
        RETURN NEXT ROW (queue_id, 0, 0, 0, 0, now(), '', NULL)::broker.message;
        RETURN;
    END IF;
    IF suspect IS NOT NULL THEN -- it travels alone, so that it blames nobody else
        n := array_position(ids, suspect);
        places := places[1:greatest(n - 1, 1)];
    END IF;
    -- The locks keep these addresses valid.
    RETURN QUERY WITH taken AS (DELETE FROM broker.message m WHERE m.ctid = ANY (places) RETURNING m.*)
                 SELECT * FROM taken ORDER BY taken.id;
END $$;
COMMENT ON FUNCTION broker.take IS 'Second half of receiving: consumes the first messages of the locked conversations. One row with id 0 means that deliveries of dead readers were accounted for instead: COMMIT, then begin again.';

CREATE FUNCTION broker.receive(queue text, max integer DEFAULT 1)
RETURNS TABLE (conversation_handle bigint, message_type text, body jsonb, attempts integer, enqueued_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    number  integer := broker.queue_number(queue);
    message broker.message;
BEGIN
    PERFORM broker.note_server_start();
    PERFORM broker.lock_next(number, max);
    FOR message IN SELECT * FROM broker.take(number, max) LOOP
        IF message.id = 0 THEN
            RAISE NOTICE 'deliveries that ended without a word were counted: COMMIT and receive again';
            RETURN;
        END IF;
        conversation_handle := message.conversation;
        message_type := message.message_type;
        body := message.body;
        attempts := message.attempts;
        enqueued_at := message.enqueued_at;
        RETURN NEXT;
    END LOOP;
END $$;
COMMENT ON FUNCTION broker.receive IS 'Takes up to max messages, in order inside each conversation, as part of the caller''s transaction. A ROLLBACK counts as an attempt: the next receive notes it, gives nothing and says so.';

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

-- Dead letters --------------------------------------------------------------------------------------------------

CREATE FUNCTION broker.replay_dead_letter(id bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    letter broker.dead_letter;
BEGIN
    DELETE FROM broker.dead_letter d WHERE d.dead_letter_id = replay_dead_letter.id RETURNING * INTO letter;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'dead letter % does not exist', coalesce(id::text, 'NULL')
            USING ERRCODE = '42704', HINT = 'It may have been replayed or discarded.';
    END IF;
    PERFORM broker.append(broker.queue_number(letter.queue), letter.conversation_handle, letter.message_type, letter.body);
END $$;
COMMENT ON FUNCTION broker.replay_dead_letter IS 'Sends a dead letter again, to the end of its queue and with no attempts.';

CREATE FUNCTION broker.discard_dead_letter(id bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM broker.dead_letter d WHERE d.dead_letter_id = discard_dead_letter.id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'dead letter % does not exist', coalesce(id::text, 'NULL')
            USING ERRCODE = '42704', HINT = 'It may have been replayed or discarded.';
    END IF;
END $$;
COMMENT ON FUNCTION broker.discard_dead_letter IS 'Throws a dead letter away.';

-- Looking on ----------------------------------------------------------------------------------------------------

CREATE VIEW broker.queue_status AS
SELECT q.queue_id, q.name AS queue, q.status, q.max_attempts, q.max_rollbacks,
       coalesce(waiting.depth, 0) AS depth, waiting.oldest_enqueued_at,
       greatest(now() - waiting.oldest_enqueued_at, interval '0') AS oldest_age, -- a clock may have been set back
       coalesce(readers.active, 0) AS readers_active, coalesce(readers.sleeping, 0) AS readers_sleeping,
       coalesce(dead.letters, 0) AS dead_letters
FROM broker.queue q
LEFT JOIN (SELECT m.queue_id, count(*) AS depth, min(m.enqueued_at) AS oldest_enqueued_at
           FROM broker.message m GROUP BY m.queue_id) AS waiting ON waiting.queue_id = q.queue_id
LEFT JOIN (SELECT d.queue, count(*) AS letters FROM broker.dead_letter d GROUP BY d.queue) AS dead ON dead.queue = q.name
LEFT JOIN LATERAL
    (SELECT count(DISTINCT l.pid) FILTER (WHERE l.classid::integer = broker.lock_class_conversation(q.queue_id)) AS active,
            count(DISTINCT l.pid) FILTER (WHERE l.classid::integer = broker.lock_class_sleeping() AND l.objid::integer = q.queue_id
                                            AND l.mode = 'ShareLock') AS sleeping
     FROM pg_locks l
     WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
       AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())) AS readers ON true;
COMMENT ON VIEW broker.queue_status IS 'Each queue with its depth (messages that wait or are being handled), the age of the oldest, its readers and its dead letters.';

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
-- EndDialog and Error belong to no contract: only end_conversation sends them.
INSERT INTO broker.message_type (name) SELECT a.message_type FROM allowed a UNION VALUES ('EndDialog'), ('Error');
INSERT INTO broker.contract (name) SELECT DISTINCT a.contract FROM allowed a;
INSERT INTO broker.contract_message_type (contract, message_type, sent_by) SELECT a.contract, a.message_type, a.sent_by FROM allowed a;
INSERT INTO broker.service_contract (service, contract) SELECT DISTINCT a.service, a.contract FROM allowed a;
DROP TABLE allowed;
