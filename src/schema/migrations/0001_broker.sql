-- The broker: queues and conversations as part of the caller's transaction. How to use it: docs/broker.md.
-- This file has its tables; sending, receiving, administration and upkeep follow in 0002 to 0005.
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
    name       text NOT NULL PRIMARY KEY CHECK (name <> ''),
    validation text NOT NULL DEFAULT 'NONE' CHECK (validation IN ('NONE', 'EMPTY', 'JSON', 'SCHEMA')),
    schema     jsonb,
    CHECK ((validation = 'SCHEMA') = (schema IS NOT NULL))
);
COMMENT ON TABLE broker.message_type IS 'What a message can be.';
COMMENT ON COLUMN broker.message_type.name IS 'Its name, as programs write it.';
COMMENT ON COLUMN broker.message_type.validation IS 'What a body must be: anything or nothing (NONE), absent (EMPTY), present (JSON: a jsonb value is well-formed), or as the schema says (SCHEMA).';
COMMENT ON COLUMN broker.message_type.schema IS 'JSON Schema, of which type, required, properties and enum are known; see broker.schema_problem.';

CREATE TABLE broker.contract (
    name text NOT NULL PRIMARY KEY CHECK (name <> '')
);
COMMENT ON TABLE broker.contract IS 'Which message types a conversation is made of.';
COMMENT ON COLUMN broker.contract.name IS 'Its name.';

CREATE TABLE broker.contract_message_type (
    contract     text NOT NULL REFERENCES broker.contract ON DELETE CASCADE,
    message_type text NOT NULL REFERENCES broker.message_type,
    sent_by      text NOT NULL CHECK (sent_by IN ('initiator', 'target', 'any')),
    PRIMARY KEY (contract, message_type)
);
COMMENT ON TABLE broker.contract_message_type IS 'Who may send what under a contract.';
COMMENT ON COLUMN broker.contract_message_type.contract IS 'The contract.';
COMMENT ON COLUMN broker.contract_message_type.message_type IS 'A message type it allows.';
COMMENT ON COLUMN broker.contract_message_type.sent_by IS 'The side that may send it: initiator, target or any.';

CREATE TABLE broker.queue (
    queue_id      integer    NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name          text       NOT NULL UNIQUE CHECK (name <> ''),
    status        text       NOT NULL DEFAULT 'ON' CHECK (status IN ('ON', 'OFF')),
    max_attempts  integer    NOT NULL DEFAULT 3 CHECK (max_attempts BETWEEN 1 AND 1000),
    max_rollbacks integer    NOT NULL DEFAULT 5 CHECK (max_rollbacks BETWEEN 1 AND 1000),
    max_readers   integer    CHECK (max_readers BETWEEN 1 AND 999),
    retention     interval   CHECK (retention > interval '0'),
    priorities    smallint[] NOT NULL DEFAULT '{5}'
);
COMMENT ON TABLE broker.queue IS 'Where messages wait.';
COMMENT ON COLUMN broker.queue.queue_id IS 'Number, part of the advisory locks of its readers.';
COMMENT ON COLUMN broker.queue.name IS 'Its name.';
COMMENT ON COLUMN broker.queue.status IS 'OFF: messages are kept but not given out.';
COMMENT ON COLUMN broker.queue.max_attempts IS 'A message that its handler failed on so often goes to broker.dead_letter.';
COMMENT ON COLUMN broker.queue.max_rollbacks IS 'So does one whose delivery so often ended without a word: its reader died, or rolled back in plain SQL. Higher, because a reader may be killed by something else.';
COMMENT ON COLUMN broker.queue.max_readers IS 'At most so many readers at once; null: any number.';
COMMENT ON COLUMN broker.queue.retention IS 'Consumed messages are kept in broker.retained_message for so long; null: not at all.';
COMMENT ON COLUMN broker.queue.priorities IS 'Priorities that were ever sent with, highest first: where readers look.';

CREATE TABLE broker.queue_reader (
    queue_id integer NOT NULL REFERENCES broker.queue ON DELETE CASCADE,
    role     regrole NOT NULL,
    PRIMARY KEY (queue_id, role)
);
COMMENT ON TABLE broker.queue_reader IS 'Roles that may receive from a queue, beside the owner of the broker: broker.grant_receive.';
COMMENT ON COLUMN broker.queue_reader.queue_id IS 'The queue.';
COMMENT ON COLUMN broker.queue_reader.role IS 'The role; its members may receive too.';

CREATE TABLE broker.service (
    name     text    NOT NULL PRIMARY KEY CHECK (name NOT IN ('', '*')),
    queue_id integer NOT NULL REFERENCES broker.queue
);
COMMENT ON TABLE broker.service IS 'Ends of conversations: who sends and who is sent to.';
COMMENT ON COLUMN broker.service.name IS 'Its name.';
COMMENT ON COLUMN broker.service.queue_id IS 'Where messages to it wait.';

CREATE TABLE broker.service_contract (
    service  text NOT NULL REFERENCES broker.service ON DELETE CASCADE,
    contract text NOT NULL REFERENCES broker.contract,
    PRIMARY KEY (service, contract)
);
COMMENT ON TABLE broker.service_contract IS 'Contracts under which others may begin a conversation with a service.';
COMMENT ON COLUMN broker.service_contract.service IS 'The service.';
COMMENT ON COLUMN broker.service_contract.contract IS 'A contract it accepts.';

CREATE TABLE broker.service_sender (
    service text    NOT NULL,
    role    regrole NOT NULL,
    PRIMARY KEY (service, role)
);
COMMENT ON TABLE broker.service_sender IS 'Roles that may send to a service, beside the owner of the broker: broker.grant_send.';
COMMENT ON COLUMN broker.service_sender.service IS 'The service; * for every one.';
COMMENT ON COLUMN broker.service_sender.role IS 'The role; its members may send too.';

CREATE TABLE broker.tenant_role (
    role      regrole NOT NULL PRIMARY KEY,
    tenant_id integer NOT NULL CHECK (tenant_id >= 0)
);
COMMENT ON TABLE broker.tenant_role IS 'Roles that are bound to one tenant: they send for it alone and see its messages alone. broker.bind_tenant.';
COMMENT ON COLUMN broker.tenant_role.role IS 'The role that logs in.';
COMMENT ON COLUMN broker.tenant_role.tenant_id IS 'Its tenant.';

-- What is under way ---------------------------------------------------------------------------------------------

-- Cache 1: inside a conversation ids must grow in the order of commits (senders lock the conversation for that).
CREATE SEQUENCE broker.handle CACHE 1;
COMMENT ON SEQUENCE broker.handle IS 'Ids of messages and handles of conversations, so that neither is ever taken for another.';

CREATE TABLE broker.conversation (
    handle             bigint      NOT NULL PRIMARY KEY DEFAULT nextval('broker.handle'),
    far_handle         bigint      NOT NULL,
    conversation_group bigint      NOT NULL,
    is_initiator       boolean     NOT NULL,
    service            text        NOT NULL,
    far_service        text        NOT NULL,
    contract           text        NOT NULL REFERENCES broker.contract,
    priority           smallint    NOT NULL DEFAULT 5 CHECK (priority BETWEEN 1 AND 10),
    state              text        NOT NULL DEFAULT 'CONVERSING' CHECK (state IN ('CONVERSING', 'DISCONNECTED_INBOUND', 'ERROR')),
    begun_by           regrole     NOT NULL,
    created_at         timestamptz NOT NULL DEFAULT now(),
    expires_at         timestamptz
);
CREATE INDEX conversation_by_expiry ON broker.conversation (expires_at) WHERE expires_at IS NOT NULL AND state = 'CONVERSING';
CREATE INDEX conversation_by_group ON broker.conversation (conversation_group);
COMMENT ON TABLE broker.conversation IS 'One row for each end of a conversation that was begun with begin_conversation, until that end ends it. One-way messages of send_one and send_many have none.';
COMMENT ON COLUMN broker.conversation.handle IS 'What this end calls the conversation.';
COMMENT ON COLUMN broker.conversation.far_handle IS 'What the other end calls it.';
COMMENT ON COLUMN broker.conversation.conversation_group IS 'Conversations of one group are received by one reader at a time; at first the handle.';
COMMENT ON COLUMN broker.conversation.is_initiator IS 'Is this the end that began it?';
COMMENT ON COLUMN broker.conversation.service IS 'This end.';
COMMENT ON COLUMN broker.conversation.far_service IS 'The other end, which may not exist yet.';
COMMENT ON COLUMN broker.conversation.contract IS 'What may be said.';
COMMENT ON COLUMN broker.conversation.priority IS '1 to 10, the most urgent.';
COMMENT ON COLUMN broker.conversation.state IS 'DISCONNECTED_INBOUND: the other end ended it; ERROR: with an error, or its lifetime is over. Nothing can be sent then.';
COMMENT ON COLUMN broker.conversation.begun_by IS 'The role that began it, which may use the initiator''s handle.';
COMMENT ON COLUMN broker.conversation.created_at IS 'When it was begun.';
COMMENT ON COLUMN broker.conversation.expires_at IS 'When it must have ended.';

-- Read in the order of its key: readers walk a priority of a queue from the lowest id. A one-way message is its own
-- conversation and group, so the second index holds only messages of real conversations.
CREATE TABLE broker.message (
    id                 bigint      NOT NULL,
    conversation       bigint      NOT NULL,
    conversation_group bigint      NOT NULL,
    enqueued_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    queue_id           integer     NOT NULL,
    priority           smallint    NOT NULL DEFAULT 5,
    attempts           smallint    NOT NULL DEFAULT 0,
    rollbacks          smallint    NOT NULL DEFAULT 0,
    message_type       text        NOT NULL,
    body               jsonb,
    PRIMARY KEY (queue_id, priority, id)
);
CREATE INDEX message_by_group ON broker.message (queue_id, conversation_group, id) WHERE conversation_group <> id;
-- Rows live for milliseconds, so dead ones are swept by number, not by share, and without pauses.
ALTER TABLE broker.message SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
                                autovacuum_vacuum_cost_delay = 0, autovacuum_vacuum_insert_threshold = -1);
COMMENT ON TABLE broker.message IS 'Messages that wait or are being handled. Not to be touched by hand: a rolled-back change counts as a failed delivery.';
COMMENT ON COLUMN broker.message.id IS 'Number; the order inside a conversation.';
COMMENT ON COLUMN broker.message.conversation IS 'Handle of the receiving end; of a one-way message its own first id.';
COMMENT ON COLUMN broker.message.conversation_group IS 'What its reader locks: the group of the receiving end; of a one-way message its own first id.';
COMMENT ON COLUMN broker.message.enqueued_at IS 'When it was sent.';
COMMENT ON COLUMN broker.message.queue_id IS 'Where it waits.';
COMMENT ON COLUMN broker.message.priority IS '1 to 10, the most urgent.';
COMMENT ON COLUMN broker.message.attempts IS 'Deliveries that failed or whose reader died.';
COMMENT ON COLUMN broker.message.rollbacks IS 'Those among them that ended without a word.';
COMMENT ON COLUMN broker.message.message_type IS 'What it is.';
COMMENT ON COLUMN broker.message.body IS 'What it says.';

CREATE TABLE broker.deferred_message (
    id                 bigint      NOT NULL PRIMARY KEY,
    queue_id           integer     NOT NULL,
    due_at             timestamptz NOT NULL,
    conversation       bigint      NOT NULL,
    conversation_group bigint      NOT NULL,
    priority           smallint    NOT NULL,
    enqueued_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    is_timer           boolean     NOT NULL DEFAULT false,
    message_type       text        NOT NULL,
    body               jsonb
);
CREATE INDEX deferred_message_by_due ON broker.deferred_message (queue_id, due_at);
CREATE INDEX deferred_message_by_conversation ON broker.deferred_message (conversation);
CREATE UNIQUE INDEX deferred_message_timer ON broker.deferred_message (conversation) WHERE is_timer;
COMMENT ON TABLE broker.deferred_message IS 'Messages that are to be delivered later, and dialog timers. When due they go to the end of their queue.';
COMMENT ON COLUMN broker.deferred_message.id IS 'Number; of a one-way message its handle.';
COMMENT ON COLUMN broker.deferred_message.queue_id IS 'Where it will wait.';
COMMENT ON COLUMN broker.deferred_message.due_at IS 'When.';
COMMENT ON COLUMN broker.deferred_message.conversation IS 'As in broker.message.';
COMMENT ON COLUMN broker.deferred_message.conversation_group IS 'As in broker.message.';
COMMENT ON COLUMN broker.deferred_message.priority IS 'As in broker.message.';
COMMENT ON COLUMN broker.deferred_message.enqueued_at IS 'When it was sent.';
COMMENT ON COLUMN broker.deferred_message.is_timer IS 'The conversation''s timer, of which there is one.';
COMMENT ON COLUMN broker.deferred_message.message_type IS 'What it is.';
COMMENT ON COLUMN broker.deferred_message.body IS 'What it says.';

CREATE TABLE broker.undelivered_message (
    id           bigint      NOT NULL PRIMARY KEY,
    from_service text        NOT NULL,
    to_service   text        NOT NULL,
    contract     text        NOT NULL,
    conversation bigint      NOT NULL,
    priority     smallint    NOT NULL,
    deliver_at   timestamptz,
    enqueued_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    message_type text        NOT NULL,
    body         jsonb
);
CREATE INDEX undelivered_message_by_service ON broker.undelivered_message (to_service, id);
COMMENT ON TABLE broker.undelivered_message IS 'Messages to services that do not exist yet; delivered in order when the service is created. broker.transmission_queue shows them.';
COMMENT ON COLUMN broker.undelivered_message.id IS 'Number; of a one-way message its handle.';
COMMENT ON COLUMN broker.undelivered_message.from_service IS 'Who sent it.';
COMMENT ON COLUMN broker.undelivered_message.to_service IS 'For whom it is.';
COMMENT ON COLUMN broker.undelivered_message.contract IS 'Under which contract.';
COMMENT ON COLUMN broker.undelivered_message.conversation IS 'As in broker.message.';
COMMENT ON COLUMN broker.undelivered_message.priority IS 'As in broker.message.';
COMMENT ON COLUMN broker.undelivered_message.deliver_at IS 'Not before this time.';
COMMENT ON COLUMN broker.undelivered_message.enqueued_at IS 'When it was sent.';
COMMENT ON COLUMN broker.undelivered_message.message_type IS 'What it is.';
COMMENT ON COLUMN broker.undelivered_message.body IS 'What it says.';

CREATE TABLE broker.retained_message (
    id           bigint      NOT NULL,
    queue_id     integer     NOT NULL,
    conversation bigint      NOT NULL,
    priority     smallint    NOT NULL,
    attempts     smallint    NOT NULL,
    enqueued_at  timestamptz NOT NULL,
    consumed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    consumed_by  name        NOT NULL DEFAULT session_user,
    message_type text        NOT NULL,
    body         jsonb
);
CREATE INDEX retained_message_by_time ON broker.retained_message (queue_id, consumed_at);
COMMENT ON TABLE broker.retained_message IS 'Consumed messages of queues with retention.';
COMMENT ON COLUMN broker.retained_message.id IS 'As in broker.message.';
COMMENT ON COLUMN broker.retained_message.queue_id IS 'Where it had waited.';
COMMENT ON COLUMN broker.retained_message.conversation IS 'As in broker.message.';
COMMENT ON COLUMN broker.retained_message.priority IS 'As in broker.message.';
COMMENT ON COLUMN broker.retained_message.attempts IS 'Deliveries before the last one.';
COMMENT ON COLUMN broker.retained_message.enqueued_at IS 'When it was sent.';
COMMENT ON COLUMN broker.retained_message.consumed_at IS 'When it was received.';
COMMENT ON COLUMN broker.retained_message.consumed_by IS 'The role that received it.';
COMMENT ON COLUMN broker.retained_message.message_type IS 'What it is.';
COMMENT ON COLUMN broker.retained_message.body IS 'What it says.';

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
COMMENT ON COLUMN broker.dead_letter.metadata IS 'message_id, priority, conversation_group; rollbacks, the attempts that ended without a word; role and application of the reader that gave it up.';
COMMENT ON COLUMN broker.dead_letter.created_at IS 'When it was given up.';

CREATE TABLE broker.audit (
    audit_id    bigint      NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    role        name        NOT NULL DEFAULT session_user,
    application text        NOT NULL DEFAULT current_setting('application_name'),
    action      text        NOT NULL,
    queue       text,
    subject     bigint,
    detail      jsonb       NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_by_time ON broker.audit (at);
COMMENT ON TABLE broker.audit IS 'What people did to queues, conversations and dead letters by hand.';
COMMENT ON COLUMN broker.audit.audit_id IS 'Number.';
COMMENT ON COLUMN broker.audit.at IS 'When.';
COMMENT ON COLUMN broker.audit.role IS 'Who.';
COMMENT ON COLUMN broker.audit.application IS 'With which program.';
COMMENT ON COLUMN broker.audit.action IS 'replay, discard, purge, enable, disable, end, drop, grant, revoke.';
COMMENT ON COLUMN broker.audit.queue IS 'To which queue.';
COMMENT ON COLUMN broker.audit.subject IS 'Number of the dead letter, or the conversation''s handle.';
COMMENT ON COLUMN broker.audit.detail IS 'What it was about; never a body.';

CREATE TABLE broker.idempotency_key (
    service      text        NOT NULL,
    tenant_id    integer     NOT NULL,
    key          text        NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    request_hash bytea       NOT NULL,
    handle       bigint      NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (service, tenant_id, key)
);
CREATE INDEX idempotency_key_by_time ON broker.idempotency_key (created_at);
COMMENT ON TABLE broker.idempotency_key IS 'Keys that senders gave, so that the same request twice is sent once. Kept for seven days.';
COMMENT ON COLUMN broker.idempotency_key.service IS 'To which service.';
COMMENT ON COLUMN broker.idempotency_key.tenant_id IS 'TenantId of the body, whose keys are its own; -1 where it has none.';
COMMENT ON COLUMN broker.idempotency_key.key IS 'The sender''s word.';
COMMENT ON COLUMN broker.idempotency_key.request_hash IS 'SHA-256 of what was asked.';
COMMENT ON COLUMN broker.idempotency_key.handle IS 'The handle that was returned.';
COMMENT ON COLUMN broker.idempotency_key.created_at IS 'When.';

-- Figures and notes that a crash may empty: counters begin again, as those of every program do -------------------

CREATE UNLOGGED TABLE broker.server_start (
    started_at timestamptz NOT NULL,
    first_xid  xid8        NOT NULL
);
COMMENT ON TABLE broker.server_start IS 'First transaction id after the last start of the server: a delivery older than that ended with the server, not with its reader, and costs no attempt. Unlogged, so that crash recovery empties it, which then reads as a new start.';
COMMENT ON COLUMN broker.server_start.started_at IS 'When the server started. Several readers may have noted it at once; the smallest first_xid counts.';
COMMENT ON COLUMN broker.server_start.first_xid IS 'Next transaction id when the first reader came after that.';

CREATE UNLOGGED TABLE broker.reader_activity (
    queue_id   integer     NOT NULL,
    pid        integer     NOT NULL,
    consumed   bigint      NOT NULL DEFAULT 0,
    failed     bigint      NOT NULL DEFAULT 0,
    rolled_back bigint     NOT NULL DEFAULT 0,
    buried     bigint      NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (queue_id, pid)
) WITH (fillfactor = 50);
COMMENT ON TABLE broker.reader_activity IS 'What each reader did, a row of its own each so that nobody waits for another. broker.queue_activity adds them up.';
COMMENT ON COLUMN broker.reader_activity.queue_id IS 'The queue.';
COMMENT ON COLUMN broker.reader_activity.pid IS 'Its server process; 0 for all that have gone.';
COMMENT ON COLUMN broker.reader_activity.consumed IS 'Messages consumed.';
COMMENT ON COLUMN broker.reader_activity.failed IS 'Attempts that its handler reported as failed.';
COMMENT ON COLUMN broker.reader_activity.rolled_back IS 'Deliveries of others, ended without a word, that it counted.';
COMMENT ON COLUMN broker.reader_activity.buried IS 'Messages it moved to the dead letters.';
COMMENT ON COLUMN broker.reader_activity.updated_at IS 'When it last said so.';

CREATE UNLOGGED TABLE broker.queue_sample (
    queue_id   integer     NOT NULL,
    sampled_at timestamptz NOT NULL,
    depth      bigint      NOT NULL,
    consumed   bigint      NOT NULL,
    failed     bigint      NOT NULL,
    buried     bigint      NOT NULL,
    PRIMARY KEY (queue_id, sampled_at)
);
COMMENT ON TABLE broker.queue_sample IS 'The counters of a queue over time, from which broker.queue_rates tells rates. Kept for a day.';
COMMENT ON COLUMN broker.queue_sample.queue_id IS 'The queue.';
COMMENT ON COLUMN broker.queue_sample.sampled_at IS 'When.';
COMMENT ON COLUMN broker.queue_sample.depth IS 'Messages that waited or were being handled.';
COMMENT ON COLUMN broker.queue_sample.consumed IS 'Consumed since the counters began.';
COMMENT ON COLUMN broker.queue_sample.failed IS 'Failed attempts since then.';
COMMENT ON COLUMN broker.queue_sample.buried IS 'Given up since then.';

-- Advisory locks ------------------------------------------------------------------------------------------------
-- All have two keys: a class from here, and a queue's number or the hash of a handle.

CREATE FUNCTION broker.lock_class_sleeping() RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 7701';
COMMENT ON FUNCTION broker.lock_class_sleeping IS 'Advisory lock class (key: queue): readers that sleep hold it shared, so that senders know whether to ring.';
CREATE FUNCTION broker.lock_class_sending() RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 7702';
COMMENT ON FUNCTION broker.lock_class_sending IS 'Advisory lock class (key: queue): held shared by a sender that did not ring, until its commit; a reader waits for it before it sleeps.';
CREATE FUNCTION broker.lock_class_order() RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 7703';
COMMENT ON FUNCTION broker.lock_class_order IS 'Advisory lock class (key: hash of a handle, of an idempotency key or of a service''s name): those who write to it go one after another.';
CREATE FUNCTION broker.lock_class_delivery() RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 7704';
COMMENT ON FUNCTION broker.lock_class_delivery IS 'Advisory lock class (key: transaction id): its owner lives and will say how the delivery of that transaction ended.';
CREATE FUNCTION broker.lock_class_upkeep() RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 7705';
COMMENT ON FUNCTION broker.lock_class_upkeep IS 'Advisory lock class (key: 0 maintain, 1 compact): one does it at a time.';
CREATE FUNCTION broker.lock_class_reader() RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 7706';
COMMENT ON FUNCTION broker.lock_class_reader IS 'Advisory lock class (key: queue times 1000 plus a seat): readers of queues that have max_readers.';
CREATE FUNCTION broker.lock_class_conversation(queue_id integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 10000 + queue_id';
COMMENT ON FUNCTION broker.lock_class_conversation IS 'Advisory lock class of a queue, from 10001 (key: hash of a group''s handle): the reader that handles its conversations.';

CREATE FUNCTION broker.delivery_key(xid bigint) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT ((xid & 4294967295) - 2147483648)::integer';
COMMENT ON FUNCTION broker.delivery_key IS 'Key of lock_class_delivery: the 32 bits of a transaction id that a row''s xmax has.';

-- Who is asking -------------------------------------------------------------------------------------------------
-- The functions of the broker run with the owner's rights: session_user is who asks, current_user the owner.

CREATE FUNCTION broker.is_owner() RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT pg_has_role(session_user, current_user, 'MEMBER') $$;
COMMENT ON FUNCTION broker.is_owner IS 'Does the owner of the broker ask, or a superuser?';

CREATE FUNCTION broker.may_receive(queue_id integer) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT pg_has_role(session_user, current_user, 'MEMBER')
        OR EXISTS (SELECT FROM broker.queue_reader r WHERE r.queue_id = may_receive.queue_id AND pg_has_role(session_user, r.role, 'MEMBER'))
$$;
COMMENT ON FUNCTION broker.may_receive IS 'May who asks receive from a queue?';

CREATE FUNCTION broker.may_send(from_service text, to_service text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT pg_has_role(session_user, current_user, 'MEMBER')
        OR EXISTS (SELECT FROM broker.service_sender g
                   WHERE g.service IN (to_service, '*') AND pg_has_role(session_user, g.role, 'MEMBER')
                     AND (g.role = to_regrole(quote_ident(session_user)) OR NOT EXISTS (SELECT FROM broker.tenant_role t WHERE t.role = g.role)))
           AND (from_service = 'ClientService'
                OR EXISTS (SELECT FROM broker.service s JOIN broker.queue_reader r ON r.queue_id = s.queue_id
                           WHERE s.name = from_service AND pg_has_role(session_user, r.role, 'MEMBER')))
$$;
COMMENT ON FUNCTION broker.may_send IS 'May who asks send to a service in the name of another? The name is ClientService, which is everybody''s, or a service whose queue one may read. Members inherit the right of a role, but not that of one bound to a tenant.';

CREATE FUNCTION broker.bound_tenant() RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT t.tenant_id FROM broker.tenant_role t WHERE t.role = to_regrole(quote_ident(session_user))),
                    CASE WHEN pg_has_role(session_user, 'hartonomous_tenant', 'MEMBER') AND NOT pg_has_role(session_user, current_user, 'MEMBER') THEN -1 END)
$$;
COMMENT ON FUNCTION broker.bound_tenant IS 'The tenant that who asks is bound to; null where to none; -1, which is nobody''s, for members of a bound role.';

CREATE FUNCTION broker.tenant_of(body jsonb) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(body -> 'TenantId') = 'number' AND body ->> 'TenantId' ~ '^\d{1,9}$' THEN (body ->> 'TenantId')::integer END
$$;
COMMENT ON FUNCTION broker.tenant_of IS 'TenantId of a body, null where it has none.';

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
