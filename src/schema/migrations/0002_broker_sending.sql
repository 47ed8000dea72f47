-- The broker: waking readers, checking what is sent, sending one way and in conversations.

CREATE FUNCTION broker.channel(queue_id integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'broker_' || queue_id $$;
COMMENT ON FUNCTION broker.channel IS 'NOTIFY channel of a queue.';

-- A NOTIFY makes commits wait for each other and halves the rate of single sends, so a transaction that begins with a send
-- rings only for a sleeper. A reader that is just falling asleep waits for lock_class_sending and looks again.
CREATE FUNCTION broker.ring(queue_id integer, first boolean) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    IF first AND pg_try_advisory_xact_lock_shared(broker.lock_class_sending(), queue_id)
       AND pg_try_advisory_lock(broker.lock_class_sleeping(), queue_id) THEN
        RETURN NOT pg_advisory_unlock(broker.lock_class_sleeping(), queue_id);
    END IF;
    PERFORM pg_notify(broker.channel(queue_id), '');
    RETURN true;
END $$;
COMMENT ON FUNCTION broker.ring IS 'Wakes the readers of a queue that sleep. first: had the transaction written nothing before? Returns whether it rang.';

-- Bodies --------------------------------------------------------------------------------------------------------

CREATE FUNCTION broker.schema_problem(schema jsonb, body jsonb, place text DEFAULT 'body') RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    kind    constant text := CASE WHEN body IS NULL THEN 'nothing' ELSE jsonb_typeof(body) END;
    wanted  constant jsonb := schema -> 'type';
    key     text;
    part    jsonb;
    problem text;
BEGIN
    IF wanted IS NOT NULL AND NOT EXISTS (
        SELECT FROM jsonb_array_elements_text(CASE WHEN jsonb_typeof(wanted) = 'array' THEN wanted ELSE jsonb_build_array(wanted) END) AS one (name)
        WHERE one.name = kind OR (one.name = 'integer' AND kind = 'number' AND (body #>> '{}')::numeric = trunc((body #>> '{}')::numeric))) THEN
        RETURN format('%s is %s, not %s', place, kind, replace(wanted::text, '"', ''));
    END IF;
    IF schema ? 'enum' AND body IS NOT NULL AND NOT (schema -> 'enum') @> jsonb_build_array(body) THEN
        RETURN format('%s is none of %s', place, schema -> 'enum');
    END IF;
    IF kind <> 'object' THEN
        RETURN NULL;
    END IF;
    FOR key IN SELECT jsonb_array_elements_text(schema -> 'required') LOOP
        IF NOT body ? key THEN
            RETURN format('%s has no %s', place, key);
        END IF;
    END LOOP;
    FOR key, part IN SELECT * FROM jsonb_each(schema -> 'properties') LOOP
        IF body ? key THEN
            problem := broker.schema_problem(part, body -> key, CASE place WHEN 'body' THEN key ELSE place || '.' || key END);
            IF problem IS NOT NULL THEN
                RETURN problem;
            END IF;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION broker.schema_problem IS 'What is wrong with a body by a schema of type, required, properties and enum, as in JSON Schema; null where nothing is.';

CREATE FUNCTION broker.check_body(message_type text, validation text, schema jsonb, body jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    size    constant integer := length(body::text);
    problem text;
BEGIN
    IF size > 512000 THEN
        RAISE EXCEPTION 'message body has % characters', size
            USING ERRCODE = '54000', HINT = 'At most 512000: store the content elsewhere and send where it is.';
    ELSIF validation = 'NONE' THEN
        RETURN;
    ELSIF validation = 'EMPTY' THEN
        IF body IS NOT NULL THEN
            problem := 'it has one';
        END IF;
    ELSIF body IS NULL THEN
        problem := 'it is NULL';
    ELSIF validation = 'SCHEMA' THEN
        problem := broker.schema_problem(schema, body);
    END IF;
    IF problem IS NOT NULL THEN
        RAISE EXCEPTION 'message type % does not allow this body: %', message_type, problem
            USING ERRCODE = '22023', HINT = CASE validation WHEN 'EMPTY' THEN 'Send it without a body.' WHEN 'JSON' THEN 'Send any JSON value.'
                                                 ELSE 'Its schema is in broker.message_type.' END;
    END IF;
END $$;
COMMENT ON FUNCTION broker.check_body IS 'Refuses a body over 512,000 characters, and one that is not as its message type wants it.';

CREATE FUNCTION broker.check_tenant(tenant_id integer, body jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF broker.tenant_of(body) IS DISTINCT FROM tenant_id THEN
        RAISE EXCEPTION 'role % may send for tenant % only', session_user, tenant_id
            USING ERRCODE = '42501', HINT = 'The body''s TenantId says for which tenant it is.';
    END IF;
END $$;
COMMENT ON FUNCTION broker.check_tenant IS 'Refuses a body of another tenant.';

-- Where to ------------------------------------------------------------------------------------------------------

CREATE FUNCTION broker.refuse_route(from_service text, to_service text, contract text, message_type text, sender text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    allowed text;
BEGIN
    IF NOT EXISTS (SELECT FROM broker.service s WHERE s.name = from_service) THEN
        RAISE EXCEPTION 'unknown service %', coalesce(quote_literal(from_service), 'NULL')
            USING ERRCODE = '42704', HINT = 'See table broker.service.';
    ELSIF coalesce(to_service, '') = '' THEN
        RAISE EXCEPTION 'unknown service %', coalesce(quote_literal(to_service), 'NULL')
            USING ERRCODE = '42704', HINT = 'See table broker.service.';
    ELSIF NOT EXISTS (SELECT FROM broker.contract c WHERE c.name = refuse_route.contract) THEN
        RAISE EXCEPTION 'unknown contract %', coalesce(quote_literal(contract), 'NULL')
            USING ERRCODE = '42704', HINT = 'See table broker.contract.';
    ELSIF EXISTS (SELECT FROM broker.service s WHERE s.name = to_service)
          AND NOT EXISTS (SELECT FROM broker.service_contract a WHERE a.service = to_service AND a.contract = refuse_route.contract) THEN
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

CREATE FUNCTION broker.refuse_sender(from_service text, to_service text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RAISE EXCEPTION 'role % may not send from % to %', session_user, from_service, to_service
        USING ERRCODE = '42501',
              HINT = 'Granted with broker.grant_send; one sends from ClientService or from a service whose queue one may read.';
END $$;
COMMENT ON FUNCTION broker.refuse_sender IS 'Says that a role may not send.';

CREATE FUNCTION broker.route(from_service text, to_service text, contract text, message_type text)
RETURNS TABLE (queue_id integer, priorities smallint[], validation text, schema jsonb, permitted boolean, tenant_id integer)
LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT q.queue_id, q.priorities, t.validation, t.schema,
           -- for most who ask, this first part of broker.may_send is enough, and it is cheap
           pg_has_role(session_user, current_user, 'MEMBER') OR broker.may_send(route.from_service, route.to_service),
           (SELECT b.tenant_id FROM broker.tenant_role b WHERE b.role = to_regrole(quote_ident(session_user)))
    FROM broker.message_type t
    JOIN broker.contract_message_type m ON m.message_type = t.name AND m.contract = route.contract AND m.sent_by IN ('initiator', 'any')
    LEFT JOIN (broker.service s JOIN broker.queue q ON q.queue_id = s.queue_id) ON s.name = route.to_service
    WHERE t.name = route.message_type AND route.to_service <> ''
      AND (s.name IS NULL OR EXISTS (SELECT FROM broker.service_contract a WHERE a.service = s.name AND a.contract = route.contract))
      AND EXISTS (SELECT FROM broker.service f WHERE f.name = route.from_service)
$$;
COMMENT ON FUNCTION broker.route IS 'Where the first message of a conversation goes, and what is to be checked. No row: it may not be sent, see refuse_route. queue_id null: the service does not exist yet.';

CREATE FUNCTION broker.await_service(service text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(broker.lock_class_order(), hashtext(await_service.service));
END $$;
COMMENT ON FUNCTION broker.await_service IS 'Whoever finds a service missing calls this and looks again: a service that is just being created is there then, and one that is created later waits for what is put aside now.';

CREATE FUNCTION broker.check_priority(queue_id integer, priorities smallint[], priority integer) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF priority IS NULL OR priority NOT BETWEEN 1 AND 10 THEN
        RAISE EXCEPTION 'priority % is not from 1 to 10', coalesce(priority::text, 'NULL') USING ERRCODE = '22023', HINT = '10 is the most urgent, 5 is usual.';
    END IF;
    IF priority <> ALL (priorities) THEN
        UPDATE broker.queue q SET priorities = ARRAY(SELECT DISTINCT p FROM unnest(q.priorities || check_priority.priority::smallint) AS p ORDER BY p DESC)
          WHERE q.queue_id = check_priority.queue_id;
    END IF;
END $$;
COMMENT ON FUNCTION broker.check_priority IS 'Refuses what is no priority; tells readers to look for one that was never used before.';

-- One way -------------------------------------------------------------------------------------------------------

CREATE FUNCTION broker.find_key(service text, tenant_id integer, key text, request_hash bytea) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    known broker.idempotency_key;
BEGIN
    IF key IS NULL OR length(key) NOT BETWEEN 1 AND 255 THEN
        RAISE EXCEPTION 'an idempotency key has 1 to 255 characters' USING ERRCODE = '22023', HINT = 'A long one can be hashed; NULL sends without a key.';
    END IF;
    PERFORM pg_advisory_xact_lock(broker.lock_class_order(), hashtext(service || ' ' || tenant_id || ' ' || key));
    SELECT * INTO known FROM broker.idempotency_key k WHERE k.service = find_key.service AND k.tenant_id = find_key.tenant_id AND k.key = find_key.key;
    IF known.request_hash <> find_key.request_hash THEN
        RAISE EXCEPTION 'idempotency key % was used for another request', quote_literal(key)
            USING ERRCODE = '22023', HINT = 'A key stands for one request; its handle was ' || known.handle || '.';
    END IF;
    RETURN known.handle;
END $$;
COMMENT ON FUNCTION broker.find_key IS 'The handle that an idempotency key stands for, null where it is new; nobody else can use it before the transaction ends.';

CREATE FUNCTION broker.keep_key(service text, tenant_id integer, key text, request_hash bytea, handle bigint) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO broker.idempotency_key (service, tenant_id, key, request_hash, handle) VALUES (service, tenant_id, key, request_hash, handle)
$$;
COMMENT ON FUNCTION broker.keep_key IS 'Notes what an idempotency key stands for.';

CREATE FUNCTION broker.send_one(from_service text, to_service text, contract text, message_type text, body jsonb DEFAULT NULL,
                                priority integer DEFAULT 5, deliver_after timestamptz DEFAULT NULL, idempotency_key text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    first  constant boolean := pg_current_xact_id_if_assigned() IS NULL; -- before nextval, which may assign one
    target record;
    tenant integer;
    hash   bytea;
    id     bigint;
    rung   boolean;
BEGIN
    SELECT * INTO target FROM broker.route(from_service, to_service, contract, message_type);
    IF NOT FOUND THEN
        PERFORM broker.refuse_route(from_service, to_service, contract, message_type, 'initiator');
    ELSIF NOT target.permitted THEN
        PERFORM broker.refuse_sender(from_service, to_service);
    ELSIF target.queue_id IS NULL THEN
        PERFORM broker.await_service(to_service);
        SELECT * INTO target FROM broker.route(from_service, to_service, contract, message_type);
        IF NOT FOUND THEN
            PERFORM broker.refuse_route(from_service, to_service, contract, message_type, 'initiator');
        END IF;
    END IF;
    IF target.tenant_id IS NOT NULL THEN
        PERFORM broker.check_tenant(target.tenant_id, body);
    END IF;
    IF target.validation <> 'NONE' OR length(body::text) > 512000 THEN -- the check that is always made, without a call
        PERFORM broker.check_body(message_type, target.validation, target.schema, body);
    END IF;
    IF priority IS DISTINCT FROM 5 THEN
        PERFORM broker.check_priority(target.queue_id, target.priorities, priority);
    END IF;
    IF idempotency_key IS NOT NULL THEN
        tenant := coalesce(broker.tenant_of(body), -1);
        hash := sha256(convert_to(jsonb_build_array(from_service, contract, message_type, body, priority, extract(epoch FROM deliver_after))::text, 'UTF8'));
        id := broker.find_key(to_service, tenant, idempotency_key, hash);
        IF id IS NOT NULL THEN
            RETURN id;
        END IF;
    END IF;
    id := nextval('broker.handle');
    IF target.queue_id IS NULL THEN
        RAISE WARNING 'service % does not exist: the message waits for it in broker.transmission_queue', to_service;
        INSERT INTO broker.undelivered_message (id, from_service, to_service, contract, conversation, priority, deliver_at, message_type, body)
        VALUES (id, from_service, to_service, contract, id, priority, deliver_after, message_type, body);
    ELSIF deliver_after > clock_timestamp() THEN
        INSERT INTO broker.deferred_message (id, queue_id, due_at, conversation, conversation_group, priority, message_type, body)
        VALUES (id, target.queue_id, deliver_after, id, id, priority, message_type, body);
        rung := broker.ring(target.queue_id, first); -- an assignment is cheaper than PERFORM
    ELSE
        INSERT INTO broker.message (id, conversation, conversation_group, queue_id, priority, message_type, body)
        VALUES (id, id, id, target.queue_id, priority, message_type, body);
        rung := broker.ring(target.queue_id, first); -- an assignment is cheaper than PERFORM
    END IF;
    IF idempotency_key IS NOT NULL THEN
        PERFORM broker.keep_key(to_service, tenant, idempotency_key, hash, id);
    END IF;
    RETURN id;
END $$;
COMMENT ON FUNCTION broker.send_one IS 'Sends a message one way, in a conversation of its own that needs no ending. Returns its handle. deliver_after: not before that time. idempotency_key: the same request again within seven days sends nothing and returns the first handle.';

CREATE FUNCTION broker.send_many(from_service text, to_service text, contract text, message_type text, bodies jsonb[],
                                 priority integer DEFAULT 5, deliver_after timestamptz DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    first  constant boolean := pg_current_xact_id_if_assigned() IS NULL;
    target record;
BEGIN
    SELECT * INTO target FROM broker.route(from_service, to_service, contract, message_type);
    IF NOT FOUND THEN
        PERFORM broker.refuse_route(from_service, to_service, contract, message_type, 'initiator');
    END IF;
    IF target.queue_id IS NULL OR deliver_after > clock_timestamp() THEN
        PERFORM broker.send_one(from_service, to_service, contract, message_type, one.body, priority, deliver_after)
          FROM unnest(bodies) WITH ORDINALITY AS one (body, n) ORDER BY one.n;
        RETURN;
    ELSIF NOT target.permitted THEN
        PERFORM broker.refuse_sender(from_service, to_service);
    END IF;
    IF coalesce(cardinality(bodies), 0) = 0 THEN
        RETURN;
    END IF;
    IF target.tenant_id IS NOT NULL THEN
        PERFORM broker.check_tenant(target.tenant_id, one) FROM unnest(bodies) AS one;
    END IF;
    IF target.validation <> 'NONE' THEN
        PERFORM broker.check_body(message_type, target.validation, target.schema, one) FROM unnest(bodies) AS one;
    ELSE -- the one check that is always made, without a call for each
        PERFORM broker.check_body(message_type, 'NONE', NULL, one) FROM unnest(bodies) AS one WHERE length(one::text) > 512000 LIMIT 1;
    END IF;
    IF priority IS DISTINCT FROM 5 THEN
        PERFORM broker.check_priority(target.queue_id, target.priorities, priority);
    END IF;
    INSERT INTO broker.message (id, conversation, conversation_group, queue_id, priority, message_type, body)
    SELECT numbered.id, numbered.id, numbered.id, target.queue_id, send_many.priority, send_many.message_type, numbered.body
      FROM (SELECT nextval('broker.handle') AS id, one.body FROM unnest(bodies) WITH ORDINALITY AS one (body, n) ORDER BY one.n) AS numbered;
    PERFORM broker.ring(target.queue_id, first);
END $$;
COMMENT ON FUNCTION broker.send_many IS 'As send_one, for an array of bodies: each in a conversation of its own.';

-- The same by COPY: what is copied in here is sent by a trigger and leaves the table in the same statement.
CREATE UNLOGGED TABLE broker.outgoing (
    from_service text NOT NULL,
    to_service   text NOT NULL,
    contract     text NOT NULL,
    message_type text NOT NULL,
    body         jsonb,
    priority     integer NOT NULL DEFAULT 5
);
ALTER TABLE broker.outgoing SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_insert_threshold = -1);
COMMENT ON TABLE broker.outgoing IS 'COPY or INSERT messages into it to send them one way, as send_many does. It is always empty.';
COMMENT ON COLUMN broker.outgoing.from_service IS 'In whose name.';
COMMENT ON COLUMN broker.outgoing.to_service IS 'To whom.';
COMMENT ON COLUMN broker.outgoing.contract IS 'Under which contract.';
COMMENT ON COLUMN broker.outgoing.message_type IS 'What it is.';
COMMENT ON COLUMN broker.outgoing.body IS 'What it says.';
COMMENT ON COLUMN broker.outgoing.priority IS '1 to 10, the most urgent.';

CREATE FUNCTION broker.send_outgoing() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    lot record;
BEGIN
    FOR lot IN SELECT o.from_service, o.to_service, o.contract, o.message_type, o.priority, array_agg(o.body) AS bodies
                 FROM copied o GROUP BY o.from_service, o.to_service, o.contract, o.message_type, o.priority LOOP
        PERFORM broker.send_many(lot.from_service, lot.to_service, lot.contract, lot.message_type, lot.bodies, lot.priority);
    END LOOP;
    DELETE FROM broker.outgoing;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION broker.send_outgoing IS 'Sends what was put into broker.outgoing.';
CREATE TRIGGER send_outgoing AFTER INSERT ON broker.outgoing REFERENCING NEW TABLE AS copied
    FOR EACH STATEMENT EXECUTE FUNCTION broker.send_outgoing();

-- Conversations -------------------------------------------------------------------------------------------------

CREATE FUNCTION broker.my_end(handle bigint) RETURNS broker.conversation
LANGUAGE plpgsql STABLE AS $$
DECLARE
    near broker.conversation;
BEGIN
    SELECT * INTO near FROM broker.conversation c WHERE c.handle = my_end.handle;
    IF NOT FOUND OR broker.is_owner() OR (near.is_initiator AND pg_has_role(session_user, near.begun_by, 'MEMBER'))
       OR EXISTS (SELECT FROM broker.service s WHERE s.name = near.service AND broker.may_receive(s.queue_id)) THEN
        RETURN near;
    END IF;
    RAISE EXCEPTION 'role % has no part in conversation %', session_user, handle
        USING ERRCODE = '42501', HINT = 'It belongs to the role that began it and to those that may read the service''s queue.';
END $$;
COMMENT ON FUNCTION broker.my_end IS 'One''s own end of a conversation; null where there is none.';

CREATE FUNCTION broker.begin_conversation(from_service text, to_service text, contract text, lifetime interval DEFAULT NULL,
                                          priority integer DEFAULT 5, related_to bigint DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    near    constant bigint := nextval('broker.handle');
    far     constant bigint := nextval('broker.handle');
    related broker.conversation;
BEGIN
    IF NOT EXISTS (SELECT FROM broker.service f, broker.contract c WHERE f.name = from_service AND c.name = begin_conversation.contract)
       OR coalesce(to_service, '') = ''
       OR EXISTS (SELECT FROM broker.service t WHERE t.name = to_service
                    AND NOT EXISTS (SELECT FROM broker.service_contract a WHERE a.service = t.name AND a.contract = begin_conversation.contract)) THEN
        PERFORM broker.refuse_route(from_service, to_service, contract, NULL, 'initiator');
    ELSIF NOT broker.may_send(from_service, to_service) THEN
        PERFORM broker.refuse_sender(from_service, to_service);
    ELSIF lifetime <= interval '0' THEN
        RAISE EXCEPTION 'lifetime % is not positive', lifetime USING ERRCODE = '22023', HINT = 'NULL for no limit.';
    END IF;
    PERFORM broker.check_priority(NULL, '{1,2,3,4,5,6,7,8,9,10}', priority);
    IF related_to IS NOT NULL THEN
        related := broker.my_end(related_to);
        IF related.service IS DISTINCT FROM from_service THEN
            RAISE EXCEPTION 'conversation % is not one of service %', related_to, from_service
                USING ERRCODE = '22023', HINT = 'Related conversations begin at the same service.';
        END IF;
    END IF;
    INSERT INTO broker.conversation (handle, far_handle, conversation_group, is_initiator, service, far_service, contract, priority, begun_by, expires_at)
    VALUES (near, far, coalesce(related.conversation_group, near), true, from_service, to_service, contract, priority,
            quote_ident(session_user)::regrole, now() + lifetime),
           (far, near, far, false, to_service, from_service, contract, priority, quote_ident(session_user)::regrole, now() + lifetime);
    RETURN near;
END $$;
COMMENT ON FUNCTION broker.begin_conversation IS 'Begins a conversation whose messages arrive in order. Returns this end''s handle; receivers get the other end''s. After its lifetime both ends get an Error. related_to: puts it into the group of another conversation of the same service, so that one reader at a time receives from both.';

-- Puts a message at the end of a conversation. The caller holds lock_class_order of the conversation, which makes ids grow in
-- the order of commits.
CREATE FUNCTION broker.append(far broker.conversation, near_service text, message_type text, body jsonb, deliver_after timestamptz, first boolean) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    target broker.queue;
BEGIN
    SELECT q.* INTO target FROM broker.service s JOIN broker.queue q ON q.queue_id = s.queue_id WHERE s.name = far.service;
    IF NOT FOUND THEN
        PERFORM broker.await_service(far.service);
        SELECT q.* INTO target FROM broker.service s JOIN broker.queue q ON q.queue_id = s.queue_id WHERE s.name = far.service;
    END IF;
    IF target.queue_id IS NULL THEN
        INSERT INTO broker.undelivered_message (id, from_service, to_service, contract, conversation, priority, deliver_at, message_type, body)
        VALUES (nextval('broker.handle'), near_service, far.service, far.contract, far.handle, far.priority, deliver_after, message_type, body);
        RETURN;
    END IF;
    PERFORM broker.check_priority(target.queue_id, target.priorities, far.priority) WHERE far.priority <> ALL (target.priorities);
    IF deliver_after > clock_timestamp() THEN
        INSERT INTO broker.deferred_message (id, queue_id, due_at, conversation, conversation_group, priority, message_type, body)
        VALUES (nextval('broker.handle'), target.queue_id, deliver_after, far.handle, far.conversation_group, far.priority, message_type, body);
    ELSE
        INSERT INTO broker.message (id, conversation, conversation_group, queue_id, priority, message_type, body)
        VALUES (nextval('broker.handle'), far.handle, far.conversation_group, target.queue_id, far.priority, message_type, body);
    END IF;
    PERFORM broker.ring(target.queue_id, first);
END $$;
COMMENT ON FUNCTION broker.append IS 'Adds a message to a conversation, behind all others.';

CREATE FUNCTION broker.send(handle bigint, message_type text, body jsonb DEFAULT NULL, deliver_after timestamptz DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    first   constant boolean := pg_current_xact_id_if_assigned() IS NULL;
    near    broker.conversation;
    far     broker.conversation;
    wanted  broker.message_type;
    tenant  integer;
    sender  text;
BEGIN
    near := broker.my_end(handle);
    PERFORM pg_advisory_xact_lock(broker.lock_class_order(), hashint8(near.far_handle));
    -- Only now: an end, or another's send, may have come first.
    SELECT * INTO near FROM broker.conversation c WHERE c.handle = send.handle;
    IF NOT FOUND OR near.state <> 'CONVERSING' THEN
        RAISE EXCEPTION 'conversation % has ended or was never begun', coalesce(handle::text, 'NULL')
            USING ERRCODE = '55000', HINT = 'Handles come from broker.begin_conversation and with received messages; one-way messages cannot be answered.';
    ELSIF near.expires_at <= clock_timestamp() THEN
        RAISE EXCEPTION 'the lifetime of conversation % ended at %', handle, near.expires_at
            USING ERRCODE = '55000', HINT = 'Begin another, or give it more with the third argument, lifetime.';
    END IF;
    sender := CASE WHEN near.is_initiator THEN 'initiator' ELSE 'target' END;
    SELECT t.* INTO wanted FROM broker.contract_message_type m JOIN broker.message_type t ON t.name = m.message_type
      WHERE m.contract = near.contract AND m.message_type = send.message_type AND m.sent_by IN (sender, 'any');
    IF NOT FOUND THEN
        PERFORM broker.refuse_route(CASE WHEN near.is_initiator THEN near.service ELSE near.far_service END,
                                    CASE WHEN near.is_initiator THEN near.far_service ELSE near.service END, near.contract, message_type, sender);
    END IF;
    tenant := broker.bound_tenant();
    IF tenant IS NOT NULL THEN
        PERFORM broker.check_tenant(tenant, body);
    END IF;
    PERFORM broker.check_body(message_type, wanted.validation, wanted.schema, body);
    SELECT * INTO far FROM broker.conversation c WHERE c.handle = near.far_handle;
    PERFORM broker.append(far, near.service, message_type, body, deliver_after, first);
END $$;
COMMENT ON FUNCTION broker.send IS 'Sends a message to the other end of a conversation. deliver_after: not before that time, and behind what is sent until then.';

CREATE FUNCTION broker.end_side(near broker.conversation, error_code integer, description text, cleanup boolean) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    is_error constant boolean := error_code IS NOT NULL OR description IS NOT NULL;
    far      broker.conversation;
BEGIN
    -- First its reader, which finishes what it has, then the senders: a reader that answers takes them in that order, too.
    -- And both ends in one order, so that two that end at once do not wait for each other.
    PERFORM pg_advisory_xact_lock(broker.lock_class_conversation(held.queue_id), hashint8(held.conversation_group))
      FROM (SELECT s.queue_id, c.conversation_group FROM broker.conversation c JOIN broker.service s ON s.name = c.service
              WHERE c.handle = near.handle OR cleanup AND c.handle = near.far_handle ORDER BY c.handle) AS held;
    PERFORM pg_advisory_xact_lock(broker.lock_class_order(), hashint8(least(near.handle, near.far_handle)));
    PERFORM pg_advisory_xact_lock(broker.lock_class_order(), hashint8(greatest(near.handle, near.far_handle)));
    DELETE FROM broker.conversation c WHERE c.handle = near.handle RETURNING * INTO near;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM broker.drop_waiting(near);
    IF cleanup THEN
        DELETE FROM broker.conversation c WHERE c.handle = near.far_handle RETURNING * INTO far;
        IF FOUND THEN
            PERFORM broker.drop_waiting(far);
        END IF;
        RETURN true;
    END IF;
    UPDATE broker.conversation c SET state = CASE WHEN is_error THEN 'ERROR' ELSE 'DISCONNECTED_INBOUND' END
      WHERE c.handle = near.far_handle RETURNING * INTO far;
    IF FOUND THEN
        PERFORM broker.append(far, near.service, CASE WHEN is_error THEN 'Error' ELSE 'EndDialog' END,
                              CASE WHEN is_error THEN jsonb_build_object('Code', error_code, 'Description', description) END, NULL, false);
    END IF;
    RETURN true;
END $$;
COMMENT ON FUNCTION broker.end_side IS 'Ends one end of a conversation, whoever asks. False where it was ended meanwhile.';

CREATE FUNCTION broker.end_conversation(handle bigint, error_code integer DEFAULT NULL, description text DEFAULT NULL, cleanup boolean DEFAULT false) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    near constant broker.conversation := broker.my_end(handle);
BEGIN
    RETURN near.handle IS NOT NULL AND broker.end_side(near, error_code, description, cleanup);
END $$;
COMMENT ON FUNCTION broker.end_conversation IS 'Ends this end of a conversation; what still waits for it is dropped, and the other end gets a message EndDialog, or Error with {Code, Description}. cleanup: drops the other end too, without a word. False where there is nothing to end, as with one-way messages.';

CREATE FUNCTION broker.drop_waiting(gone broker.conversation) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    number integer;
BEGIN
    SELECT s.queue_id INTO number FROM broker.service s WHERE s.name = gone.service;
    IF number IS NOT NULL THEN -- its reader, if it is another, first finishes what it has
        PERFORM pg_advisory_xact_lock(broker.lock_class_conversation(number), hashint8(gone.conversation_group));
        DELETE FROM broker.message m
          WHERE m.queue_id = number AND m.conversation_group = gone.conversation_group AND m.conversation_group <> m.id AND m.conversation = gone.handle;
    END IF;
    DELETE FROM broker.deferred_message d WHERE d.conversation = gone.handle;
    DELETE FROM broker.undelivered_message u WHERE u.to_service = gone.service AND u.conversation = gone.handle;
END $$;
COMMENT ON FUNCTION broker.drop_waiting IS 'Drops what waits for an end of a conversation that is gone.';

CREATE FUNCTION broker.move_conversation(handle bigint, to_handle bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    moved  broker.conversation;
    beside broker.conversation;
    number integer;
BEGIN
    moved := broker.my_end(handle);
    beside := broker.my_end(to_handle);
    IF moved.handle IS NULL OR beside.handle IS NULL THEN
        RAISE EXCEPTION 'conversation % has ended or was never begun', coalesce(CASE WHEN moved.handle IS NULL THEN handle ELSE to_handle END::text, 'NULL')
            USING ERRCODE = '55000', HINT = 'See broker.conversation_status.';
    ELSIF moved.service <> beside.service THEN
        RAISE EXCEPTION 'conversations % and % are of different services', handle, to_handle USING ERRCODE = '22023', HINT = 'A group lies in one queue.';
    END IF;
    SELECT s.queue_id INTO number FROM broker.service s WHERE s.name = moved.service;
    PERFORM pg_advisory_xact_lock(broker.lock_class_conversation(number), hashint8(least(moved.conversation_group, beside.conversation_group)));
    PERFORM pg_advisory_xact_lock(broker.lock_class_conversation(number), hashint8(greatest(moved.conversation_group, beside.conversation_group)));
    PERFORM pg_advisory_xact_lock(broker.lock_class_order(), hashint8(moved.handle)); -- no sender
    IF (SELECT count(*) FROM broker.conversation c WHERE (c.handle, c.conversation_group) IN
          ((moved.handle, moved.conversation_group), (beside.handle, beside.conversation_group))) < (CASE WHEN handle = to_handle THEN 1 ELSE 2 END) THEN
        RAISE EXCEPTION 'conversation % or % was just moved or ended', handle, to_handle USING ERRCODE = '40001', HINT = 'Try again.';
    END IF;
    UPDATE broker.conversation c SET conversation_group = beside.conversation_group WHERE c.handle = moved.handle;
    UPDATE broker.message m SET conversation_group = beside.conversation_group
      WHERE m.queue_id = number AND m.conversation_group = moved.conversation_group AND m.conversation_group <> m.id AND m.conversation = moved.handle;
    UPDATE broker.deferred_message d SET conversation_group = beside.conversation_group WHERE d.conversation = moved.handle;
END $$;
COMMENT ON FUNCTION broker.move_conversation IS 'Moves a conversation into the group of another one of the same service: one reader at a time receives from both. Waits for readers that hold either.';

CREATE FUNCTION broker.set_timer(handle bigint, delay interval) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    near   broker.conversation;
    number integer;
BEGIN
    near := broker.my_end(handle);
    IF near.handle IS NULL THEN
        RAISE EXCEPTION 'conversation % has ended or was never begun', coalesce(handle::text, 'NULL')
            USING ERRCODE = '55000', HINT = 'A timer belongs to an end of a conversation.';
    ELSIF delay < interval '0' THEN
        RAISE EXCEPTION 'delay % is negative', delay USING ERRCODE = '22023', HINT = 'NULL takes the timer back.';
    END IF;
    SELECT s.queue_id INTO number FROM broker.service s WHERE s.name = near.service;
    IF delay IS NULL THEN
        DELETE FROM broker.deferred_message d WHERE d.conversation = near.handle AND d.is_timer;
    ELSE
        INSERT INTO broker.deferred_message (id, queue_id, due_at, conversation, conversation_group, priority, is_timer, message_type)
        VALUES (nextval('broker.handle'), number, clock_timestamp() + delay, near.handle, near.conversation_group, near.priority, true, 'DialogTimer')
        ON CONFLICT (conversation) WHERE is_timer DO UPDATE SET due_at = EXCLUDED.due_at, enqueued_at = EXCLUDED.enqueued_at;
        PERFORM broker.ring(number, false);
    END IF;
END $$;
COMMENT ON FUNCTION broker.set_timer IS 'Sends this end of a conversation a message DialogTimer after a delay. Each end has one timer: setting it again replaces it, NULL takes it back.';

-- What was put aside --------------------------------------------------------------------------------------------

-- In a transaction of its own, before a reader looks: what a reader released in its own transaction and then took would, where
-- that ends without a word, leave no trace that the delivery happened.
CREATE FUNCTION broker.release_due(queue_id integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    first  constant boolean := pg_current_xact_id_if_assigned() IS NULL;
    due    bigint[];
    number bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM broker.deferred_message d WHERE d.queue_id = release_due.queue_id AND d.due_at <= clock_timestamp()) THEN
        RETURN 0;
    END IF;
    -- A conversation to which somebody is just sending comes next time.
    due := ARRAY(SELECT d.id FROM (SELECT w.id, w.conversation FROM broker.deferred_message w
                                     WHERE w.queue_id = release_due.queue_id AND w.due_at <= clock_timestamp()
                                     ORDER BY w.due_at, w.id LIMIT 500 FOR UPDATE SKIP LOCKED) AS d
                 WHERE d.conversation = d.id OR pg_try_advisory_xact_lock(broker.lock_class_order(), hashint8(d.conversation)));
    WITH gone AS (DELETE FROM broker.deferred_message d WHERE d.id = ANY (due) RETURNING d.*)
    INSERT INTO broker.message (id, conversation, conversation_group, enqueued_at, queue_id, priority, message_type, body)
    SELECT nextval('broker.handle'), g.conversation, g.conversation_group, g.due_at, g.queue_id, g.priority, g.message_type, g.body
      FROM (SELECT * FROM gone ORDER BY gone.due_at, gone.id) AS g;
    GET DIAGNOSTICS number = ROW_COUNT;
    IF number > 0 THEN
        PERFORM broker.ring(queue_id, first);
    END IF;
    RETURN number;
END $$;
COMMENT ON FUNCTION broker.release_due IS 'Puts deferred messages and timers that are due at the end of their queue. Returns how many.';

CREATE FUNCTION broker.deliver_waiting(service text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    waiting broker.undelivered_message;
    far     broker.conversation;
    target  broker.queue;
    number  bigint := 0;
BEGIN
    SELECT q.* INTO target FROM broker.service s JOIN broker.queue q ON q.queue_id = s.queue_id WHERE s.name = deliver_waiting.service;
    IF target.queue_id IS NULL THEN
        RETURN 0;
    END IF;
    FOR waiting IN DELETE FROM broker.undelivered_message u WHERE u.id IN
                     (SELECT w.id FROM broker.undelivered_message w
                        WHERE w.to_service = deliver_waiting.service
                          AND EXISTS (SELECT FROM broker.service_contract a WHERE a.service = w.to_service AND a.contract = w.contract)
                        ORDER BY w.id FOR UPDATE SKIP LOCKED)
                   RETURNING u.* LOOP
        SELECT * INTO far FROM broker.conversation c WHERE c.handle = waiting.conversation;
        PERFORM broker.check_priority(target.queue_id, target.priorities, waiting.priority) WHERE waiting.priority <> 5;
        IF waiting.deliver_at > clock_timestamp() THEN
            INSERT INTO broker.deferred_message (id, queue_id, due_at, conversation, conversation_group, priority, enqueued_at, message_type, body)
            VALUES (waiting.id, target.queue_id, waiting.deliver_at, waiting.conversation, coalesce(far.conversation_group, waiting.conversation),
                    waiting.priority, waiting.enqueued_at, waiting.message_type, waiting.body);
        ELSE
            INSERT INTO broker.message (id, conversation, conversation_group, enqueued_at, queue_id, priority, message_type, body)
            VALUES (waiting.id, waiting.conversation, coalesce(far.conversation_group, waiting.conversation), waiting.enqueued_at, target.queue_id,
                    waiting.priority, waiting.message_type, waiting.body);
        END IF;
        number := number + 1;
    END LOOP;
    IF number > 0 THEN
        PERFORM broker.ring(target.queue_id, false);
    END IF;
    RETURN number;
END $$;
COMMENT ON FUNCTION broker.deliver_waiting IS 'Delivers what waited for a service that exists now. Returns how many.';
