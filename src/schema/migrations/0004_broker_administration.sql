-- The broker: defining queues and services, rights, dead letters, what operators do by hand.

CREATE FUNCTION broker.require_owner() RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT pg_has_role(current_user, (SELECT n.nspowner FROM pg_namespace n WHERE n.nspname = 'broker'), 'MEMBER') THEN
        RAISE EXCEPTION 'role % may not change what the broker is made of', current_user
            USING ERRCODE = '42501', HINT = 'The owner of schema broker may.';
    END IF;
END $$;
COMMENT ON FUNCTION broker.require_owner IS 'Refuses everybody but the owner.';

CREATE FUNCTION broker.note(action text, queue text, subject bigint, detail jsonb DEFAULT '{}') RETURNS void
LANGUAGE sql AS $$ INSERT INTO broker.audit (action, queue, subject, detail) VALUES (action, queue, subject, detail) $$;
COMMENT ON FUNCTION broker.note IS 'Writes into broker.audit.';

-- What exists ---------------------------------------------------------------------------------------------------

CREATE FUNCTION broker.create_message_type(name text, validation text DEFAULT 'NONE', schema jsonb DEFAULT NULL) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    unknown text;
BEGIN
    PERFORM broker.require_owner();
    IF coalesce(name, '') = '' THEN
        RAISE EXCEPTION 'a message type needs a name' USING ERRCODE = '22023', HINT = 'create_message_type(name [, validation [, schema]]).';
    ELSIF validation IS NULL OR validation NOT IN ('NONE', 'EMPTY', 'JSON', 'SCHEMA') THEN
        RAISE EXCEPTION 'unknown validation %', coalesce(quote_literal(validation), 'NULL') USING ERRCODE = '22023', HINT = 'One of NONE, EMPTY, JSON, SCHEMA.';
    ELSIF (validation = 'SCHEMA') <> (schema IS NOT NULL) THEN
        RAISE EXCEPTION 'validation % goes %', validation, CASE WHEN validation = 'SCHEMA' THEN 'with a schema' ELSE 'without a schema' END
            USING ERRCODE = '22023', HINT = 'create_message_type(name, ''SCHEMA'', ''{"type": "object", "required": ["TenantId"]}'').';
    END IF;
    unknown := broker.schema_fault(schema);
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'the schema cannot be used: %', unknown
            USING ERRCODE = '22023', HINT = 'Known are type (string, number, integer, boolean, array, object, null), required, properties and enum.';
    END IF;
    INSERT INTO broker.message_type (name, validation, schema) VALUES (name, validation, schema);
EXCEPTION WHEN unique_violation THEN
    RAISE EXCEPTION 'message type % exists', name USING ERRCODE = '42710', HINT = 'See table broker.message_type.';
END $$;
COMMENT ON FUNCTION broker.create_message_type IS 'Makes a message type: validation NONE, EMPTY, JSON, or SCHEMA with a simple JSON Schema.';

CREATE FUNCTION broker.schema_fault(schema jsonb, place text DEFAULT 'schema') RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    key   text;
    part  jsonb;
    fault text;
BEGIN
    IF schema IS NULL THEN
        RETURN NULL;
    ELSIF jsonb_typeof(schema) <> 'object' THEN
        RETURN format('%s is %s, not object', place, jsonb_typeof(schema));
    END IF;
    FOR key, part IN SELECT * FROM jsonb_each(schema) LOOP
        IF key = 'type' THEN
            FOR fault IN SELECT CASE WHEN one #>> '{}' NOT IN ('string', 'number', 'integer', 'boolean', 'array', 'object', 'null') OR jsonb_typeof(one) <> 'string'
                                     THEN format('%s.type %s is not known', place, one) END
                           FROM jsonb_array_elements(CASE WHEN jsonb_typeof(part) = 'array' THEN part ELSE jsonb_build_array(part) END) AS one LOOP
                IF fault IS NOT NULL THEN
                    RETURN fault;
                END IF;
            END LOOP;
        ELSIF key = 'required' THEN
            IF jsonb_typeof(part) <> 'array' OR EXISTS (SELECT FROM jsonb_array_elements(part) AS one WHERE jsonb_typeof(one) <> 'string') THEN
                RETURN format('%s.required is not an array of names', place);
            END IF;
        ELSIF key = 'enum' THEN
            IF jsonb_typeof(part) <> 'array' THEN
                RETURN format('%s.enum is not an array', place);
            END IF;
        ELSIF key = 'properties' THEN
            IF jsonb_typeof(part) <> 'object' THEN
                RETURN format('%s.properties is not an object', place);
            END IF;
            FOR key, part IN SELECT * FROM jsonb_each(part) LOOP
                fault := broker.schema_fault(part, place || '.properties.' || key);
                IF fault IS NOT NULL THEN
                    RETURN fault;
                END IF;
            END LOOP;
        ELSIF key NOT IN ('$schema', 'title', 'description') THEN
            RETURN format('%s.%s is not known', place, key);
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION broker.schema_fault IS 'What is wrong with a schema; null where nothing is.';

CREATE FUNCTION broker.create_contract(name text, initiator text[] DEFAULT '{}', target text[] DEFAULT '{}', any_side text[] DEFAULT '{}') RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    missing text;
BEGIN
    PERFORM broker.require_owner();
    IF coalesce(name, '') = '' OR cardinality(initiator || any_side) = 0 THEN
        RAISE EXCEPTION 'a contract needs a name and something that the initiator may send'
            USING ERRCODE = '22023', HINT = 'create_contract(name, initiator => ARRAY[…], target => ARRAY[…], any_side => ARRAY[…]).';
    END IF;
    SELECT quote_literal(wanted) INTO missing FROM unnest(initiator || target || any_side) AS wanted
      WHERE NOT EXISTS (SELECT FROM broker.message_type t WHERE t.name = wanted) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'unknown message type %', coalesce(missing, 'NULL') USING ERRCODE = '42704', HINT = 'broker.create_message_type makes one.';
    END IF;
    INSERT INTO broker.contract (name) VALUES (create_contract.name);
    INSERT INTO broker.contract_message_type (contract, message_type, sent_by)
    SELECT create_contract.name, t, 'initiator' FROM unnest(initiator) AS t
    UNION ALL SELECT create_contract.name, t, 'target' FROM unnest(target) AS t
    UNION ALL SELECT create_contract.name, t, 'any' FROM unnest(any_side) AS t;
EXCEPTION WHEN unique_violation THEN
    RAISE EXCEPTION 'contract % exists, or names a message type twice', name USING ERRCODE = '42710', HINT = 'What both sides may send stands in any_side.';
END $$;
COMMENT ON FUNCTION broker.create_contract IS 'Makes a contract: which message types the initiator, the target and any side may send.';

CREATE FUNCTION broker.create_queue(name text, max_attempts integer DEFAULT 3, max_rollbacks integer DEFAULT 5, max_readers integer DEFAULT NULL,
                                    retention interval DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    number integer;
BEGIN
    PERFORM broker.require_owner();
    INSERT INTO broker.queue (name, max_attempts, max_rollbacks, max_readers, retention)
    VALUES (name, max_attempts, max_rollbacks, max_readers, retention) RETURNING queue_id INTO number;
    RETURN number;
EXCEPTION
    WHEN unique_violation THEN
        RAISE EXCEPTION 'queue % exists', name USING ERRCODE = '42710', HINT = 'UPDATE broker.queue changes it.';
    WHEN check_violation OR not_null_violation THEN
        RAISE EXCEPTION 'a queue needs a name, limits of 1 to 1000, at most 999 readers and a retention above zero'
            USING ERRCODE = '22023', HINT = 'max_readers and retention may be NULL: no limit, nothing kept.';
END $$;
COMMENT ON FUNCTION broker.create_queue IS 'Makes a queue. Returns its number.';

CREATE FUNCTION broker.create_service(name text, queue text, contracts text[] DEFAULT '{}') RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    missing text;
BEGIN
    PERFORM broker.require_owner();
    IF coalesce(name, '') IN ('', '*') THEN
        RAISE EXCEPTION 'a service needs a name' USING ERRCODE = '22023', HINT = 'create_service(name, queue [, contracts]); * means every service in grant_send.';
    END IF;
    SELECT quote_literal(wanted) INTO missing FROM unnest(contracts) AS wanted
      WHERE NOT EXISTS (SELECT FROM broker.contract c WHERE c.name = wanted) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'unknown contract %', coalesce(missing, 'NULL') USING ERRCODE = '42704', HINT = 'broker.create_contract makes one.';
    END IF;
    INSERT INTO broker.service (name, queue_id) VALUES (create_service.name, broker.queue_number(queue));
    INSERT INTO broker.service_contract (service, contract) SELECT DISTINCT create_service.name, c FROM unnest(contracts) AS c;
EXCEPTION WHEN unique_violation THEN
    RAISE EXCEPTION 'service % exists', name USING ERRCODE = '42710', HINT = 'See table broker.service.';
END $$;
COMMENT ON FUNCTION broker.create_service IS 'Makes a service over a queue; others begin conversations with it under its contracts. What waited for it is delivered.';

-- Also for services that are inserted by hand: nobody puts a message aside from here to the commit, see await_service.
CREATE FUNCTION broker.deliver_to_new_service() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(broker.lock_class_order(), hashtext(CASE TG_TABLE_NAME WHEN 'service' THEN to_jsonb(NEW) ->> 'name' ELSE to_jsonb(NEW) ->> 'service' END));
    IF TG_TABLE_NAME = 'service_contract' THEN
        PERFORM broker.deliver_waiting(to_jsonb(NEW) ->> 'service');
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION broker.deliver_to_new_service IS 'Delivers what waited for a service and contract.';
CREATE TRIGGER deliver_to_new_service AFTER INSERT ON broker.service FOR EACH ROW EXECUTE FUNCTION broker.deliver_to_new_service();
CREATE TRIGGER deliver_to_new_service AFTER INSERT ON broker.service_contract FOR EACH ROW EXECUTE FUNCTION broker.deliver_to_new_service();

CREATE FUNCTION broker.drop_object(kind text, name text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    gone integer;
BEGIN
    PERFORM broker.require_owner();
    CASE kind
        WHEN 'message type' THEN DELETE FROM broker.message_type t WHERE t.name = drop_object.name;
        WHEN 'contract' THEN DELETE FROM broker.contract c WHERE c.name = drop_object.name;
        WHEN 'service' THEN
            IF EXISTS (SELECT FROM broker.conversation c WHERE c.service = drop_object.name) THEN
                RAISE EXCEPTION 'service % has conversations', name USING ERRCODE = '55006', HINT = 'broker.end_conversation ends each; see broker.conversation_status.';
            END IF;
            DELETE FROM broker.service s WHERE s.name = drop_object.name;
        WHEN 'queue' THEN
            LOCK TABLE broker.message IN SHARE MODE; -- nobody sends meanwhile
            IF EXISTS (SELECT FROM broker.message m JOIN broker.queue q ON q.queue_id = m.queue_id WHERE q.name = drop_object.name)
               OR EXISTS (SELECT FROM broker.deferred_message d JOIN broker.queue q ON q.queue_id = d.queue_id WHERE q.name = drop_object.name) THEN
                RAISE EXCEPTION 'queue % is not empty', name USING ERRCODE = '55006', HINT = 'broker.purge_queue empties it.';
            END IF;
            DELETE FROM broker.queue q WHERE q.name = drop_object.name;
    END CASE;
    GET DIAGNOSTICS gone = ROW_COUNT;
    IF gone = 0 THEN
        RAISE EXCEPTION 'unknown % %', kind, coalesce(quote_literal(name), 'NULL') USING ERRCODE = '42704', HINT = 'See table broker.' || replace(kind, ' ', '_') || '.';
    END IF;
    PERFORM broker.note('drop', CASE kind WHEN 'queue' THEN name END, NULL, jsonb_build_object(kind, name));
EXCEPTION WHEN foreign_key_violation THEN
    RAISE EXCEPTION '% % is in use', kind, name
        USING ERRCODE = '2BP01', HINT = 'First drop the services of a queue, the contracts of a message type, the services and conversations of a contract.';
END $$;
COMMENT ON FUNCTION broker.drop_object IS 'Drops a message type, contract, service or queue that is not in use.';

CREATE FUNCTION broker.drop_message_type(name text) RETURNS void LANGUAGE sql AS $$ SELECT broker.drop_object('message type', name) $$;
COMMENT ON FUNCTION broker.drop_message_type IS 'Drops a message type that is in no contract.';
CREATE FUNCTION broker.drop_contract(name text) RETURNS void LANGUAGE sql AS $$ SELECT broker.drop_object('contract', name) $$;
COMMENT ON FUNCTION broker.drop_contract IS 'Drops a contract that no service accepts and no conversation has.';
CREATE FUNCTION broker.drop_service(name text) RETURNS void LANGUAGE sql AS $$ SELECT broker.drop_object('service', name) $$;
COMMENT ON FUNCTION broker.drop_service IS 'Drops a service without conversations.';
CREATE FUNCTION broker.drop_queue(name text) RETURNS void LANGUAGE sql AS $$ SELECT broker.drop_object('queue', name) $$;
COMMENT ON FUNCTION broker.drop_queue IS 'Drops a queue that is empty and has no service.';

-- Rights --------------------------------------------------------------------------------------------------------
-- The functions run with their owner's rights and look into these tables. hartonomous_sender and hartonomous_reader may
-- call them (0008).

CREATE FUNCTION broker.grant_send(service text, role regrole) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM broker.require_owner();
    IF coalesce(service, '') = '' THEN
        RAISE EXCEPTION 'a right to send is for a service' USING ERRCODE = '22023', HINT = 'Its name, or * for every one.';
    END IF;
    EXECUTE format('GRANT hartonomous_sender TO %s', role);
    INSERT INTO broker.service_sender (service, role) VALUES (service, role) ON CONFLICT DO NOTHING;
    PERFORM broker.note('grant', NULL, NULL, jsonb_build_object('send', service, 'role', role::text));
END $$;
COMMENT ON FUNCTION broker.grant_send IS 'Lets a role send to a service (* for every one), which may be created later.';

CREATE FUNCTION broker.revoke_send(service text, role regrole) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM broker.require_owner();
    DELETE FROM broker.service_sender s WHERE s.service = revoke_send.service AND s.role = revoke_send.role;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'role % has no right to send to %', role, coalesce(service, 'NULL') USING ERRCODE = '42704', HINT = 'See table broker.service_sender.';
    ELSIF NOT EXISTS (SELECT FROM broker.service_sender s WHERE s.role = revoke_send.role) THEN
        EXECUTE format('REVOKE hartonomous_sender FROM %s', role);
    END IF;
    PERFORM broker.note('revoke', NULL, NULL, jsonb_build_object('send', service, 'role', role::text));
END $$;
COMMENT ON FUNCTION broker.revoke_send IS 'Takes grant_send back.';

CREATE FUNCTION broker.grant_receive(queue text, role regrole) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM broker.require_owner();
    IF EXISTS (SELECT FROM broker.tenant_role t WHERE t.role = grant_receive.role) THEN
        RAISE EXCEPTION 'role % is bound to a tenant', role USING ERRCODE = '42501', HINT = 'A reader gets the messages of every tenant; broker.unbind_tenant first.';
    END IF;
    EXECUTE format('GRANT hartonomous_reader TO %s', role);
    INSERT INTO broker.queue_reader (queue_id, role) VALUES (broker.queue_number(queue), role) ON CONFLICT DO NOTHING;
    PERFORM broker.note('grant', queue, NULL, jsonb_build_object('receive', queue, 'role', role::text));
END $$;
COMMENT ON FUNCTION broker.grant_receive IS 'Lets a role receive from a queue, and send in the name of its services.';

CREATE FUNCTION broker.revoke_receive(queue text, role regrole) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM broker.require_owner();
    DELETE FROM broker.queue_reader r WHERE r.queue_id = broker.queue_number(queue) AND r.role = revoke_receive.role;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'role % has no right to receive from %', role, queue USING ERRCODE = '42704', HINT = 'See table broker.queue_reader.';
    ELSIF NOT EXISTS (SELECT FROM broker.queue_reader r WHERE r.role = revoke_receive.role) THEN
        EXECUTE format('REVOKE hartonomous_reader FROM %s', role);
    END IF;
    PERFORM broker.note('revoke', queue, NULL, jsonb_build_object('receive', queue, 'role', role::text));
END $$;
COMMENT ON FUNCTION broker.revoke_receive IS 'Takes grant_receive back.';

CREATE FUNCTION broker.bind_tenant(role regrole, tenant_id integer) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM broker.require_owner();
    IF tenant_id IS NULL OR tenant_id < 0 THEN
        RAISE EXCEPTION 'tenant id % is not a number from 0', coalesce(tenant_id::text, 'NULL') USING ERRCODE = '22023', HINT = 'It is the TenantId of message bodies; unbind_tenant takes a binding back.';
    ELSIF EXISTS (SELECT FROM broker.queue_reader r WHERE pg_has_role(bind_tenant.role, r.role, 'MEMBER')) THEN
        RAISE EXCEPTION 'role % may receive from a queue', role USING ERRCODE = '42501', HINT = 'A reader gets the messages of every tenant; broker.revoke_receive first.';
    END IF;
    EXECUTE format('GRANT hartonomous_tenant TO %s', role);
    INSERT INTO broker.tenant_role AS t (role, tenant_id) VALUES (bind_tenant.role, bind_tenant.tenant_id)
    ON CONFLICT ON CONSTRAINT tenant_role_pkey DO UPDATE SET tenant_id = EXCLUDED.tenant_id;
    PERFORM broker.note('grant', NULL, NULL, jsonb_build_object('tenant', tenant_id, 'role', role::text));
END $$;
COMMENT ON FUNCTION broker.bind_tenant IS 'Binds a role to a tenant: it sends for that tenant alone (grant_send says to which services) and sees, in the tables and views of the broker, its messages alone.';

CREATE FUNCTION broker.unbind_tenant(role regrole) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM broker.require_owner();
    DELETE FROM broker.tenant_role t WHERE t.role = unbind_tenant.role;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'role % is bound to no tenant', role USING ERRCODE = '42704', HINT = 'See table broker.tenant_role.';
    END IF;
    EXECUTE format('REVOKE hartonomous_tenant FROM %s', role);
    PERFORM broker.note('revoke', NULL, NULL, jsonb_build_object('role', role::text));
END $$;
COMMENT ON FUNCTION broker.unbind_tenant IS 'Takes bind_tenant back.';

-- What operators do ---------------------------------------------------------------------------------------------

CREATE FUNCTION broker.set_status(queue text, status text) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE broker.queue q SET status = set_status.status WHERE q.queue_id = broker.queue_number(queue) AND q.status <> set_status.status;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM broker.note(CASE status WHEN 'ON' THEN 'enable' ELSE 'disable' END, queue, NULL);
    PERFORM broker.ring(broker.queue_number(queue), false);
    RETURN true;
END $$;
COMMENT ON FUNCTION broker.set_status IS 'Turns a queue ON or OFF.';

CREATE FUNCTION broker.enable_queue(queue text) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$ SELECT broker.set_status(queue, 'ON') $$;
COMMENT ON FUNCTION broker.enable_queue IS 'Gives the messages of a queue out again. False where it did already.';
CREATE FUNCTION broker.disable_queue(queue text) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$ SELECT broker.set_status(queue, 'OFF') $$;
COMMENT ON FUNCTION broker.disable_queue IS 'Keeps the messages of a queue back; what is being handled is finished. False where it did already.';

CREATE FUNCTION broker.peek(queue text, max integer DEFAULT 10, after bigint DEFAULT 0)
RETURNS TABLE (message_id bigint, conversation_handle bigint, conversation_group bigint, priority integer, message_type text, body jsonb, attempts integer,
               rollbacks integer, enqueued_at timestamptz, state text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
    SELECT m.id, m.conversation, m.conversation_group, m.priority::integer, m.message_type, m.body, m.attempts::integer, m.rollbacks::integer, m.enqueued_at,
           CASE WHEN EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
                               AND l.classid = broker.lock_class_conversation(n.queue_id)::oid AND l.objid = hashint8(m.conversation_group)::bit(32)::bigint::oid
                               AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
                THEN 'held' ELSE 'waiting' END
    FROM (SELECT broker.queue_number(queue) AS queue_id) AS n
    JOIN broker.queue q ON q.queue_id = n.queue_id
    CROSS JOIN LATERAL unnest(q.priorities) WITH ORDINALITY AS lane (priority, n)
    CROSS JOIN LATERAL (SELECT w.* FROM broker.message w WHERE w.queue_id = q.queue_id AND w.priority = lane.priority AND w.id > peek.after
                        ORDER BY w.id LIMIT greatest(max, 0)) AS m
    ORDER BY lane.n, m.id LIMIT greatest(max, 0)
$$;
COMMENT ON FUNCTION broker.peek IS 'The next messages of a queue, without taking them. state held: a reader has its conversation. after: those of a higher id.';

CREATE FUNCTION broker.purge_queue(queue text, message_type text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    number constant integer := broker.queue_number(queue);
    purged bigint;
    later  bigint;
BEGIN
    -- Readers that meet what is being deleted here take it for a delivery that is still to be settled, and pass it over.
    PERFORM pg_advisory_xact_lock(broker.lock_class_delivery(), broker.delivery_key(pg_current_xact_id()::text::bigint));
    DELETE FROM broker.message m WHERE m.ctid = ANY (ARRAY(
        SELECT w.ctid FROM broker.message w
          WHERE w.queue_id = number AND (purge_queue.message_type IS NULL OR w.message_type = purge_queue.message_type) FOR UPDATE SKIP LOCKED));
    GET DIAGNOSTICS purged = ROW_COUNT;
    DELETE FROM broker.deferred_message d
      WHERE d.queue_id = number AND NOT d.is_timer AND (purge_queue.message_type IS NULL OR d.message_type = purge_queue.message_type);
    GET DIAGNOSTICS later = ROW_COUNT;
    PERFORM broker.note('purge', queue, NULL, jsonb_strip_nulls(jsonb_build_object('messages', purged + later, 'message_type', purge_queue.message_type)));
    RETURN purged + later;
END $$;
COMMENT ON FUNCTION broker.purge_queue IS 'Throws away the messages that wait in a queue, all or those of a type, deferred ones too; not those that a reader has in hand. Returns how many. Roll it back, and each may count one rollback.';

CREATE FUNCTION broker.close_conversation(handle bigint, error_code integer DEFAULT NULL, description text DEFAULT NULL, cleanup boolean DEFAULT false) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    near broker.conversation;
BEGIN
    SELECT * INTO near FROM broker.conversation c WHERE c.handle = close_conversation.handle;
    IF NOT FOUND OR NOT broker.end_side(near, error_code, description, cleanup) THEN
        RETURN false;
    END IF;
    PERFORM broker.note('end', (SELECT q.name FROM broker.service s JOIN broker.queue q ON q.queue_id = s.queue_id WHERE s.name = near.service), near.handle,
                        jsonb_strip_nulls(jsonb_build_object('service', near.service, 'far_service', near.far_service, 'error_code', error_code,
                                                             'cleanup', nullif(cleanup, false))));
    RETURN true;
END $$;
COMMENT ON FUNCTION broker.close_conversation IS 'end_conversation for operators, who have no part in it; audited. False where there is nothing to end.';

-- Dead letters --------------------------------------------------------------------------------------------------

CREATE FUNCTION broker.no_dead_letter(id bigint) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RAISE EXCEPTION 'dead letter % does not exist', coalesce(id::text, 'NULL')
        USING ERRCODE = '42704', HINT = 'It may have been replayed or discarded: see broker.audit.';
END $$;
COMMENT ON FUNCTION broker.no_dead_letter IS 'Says that there is no such dead letter.';

CREATE FUNCTION broker.replay_letter(letter broker.dead_letter) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    target broker.queue;
    urgency constant smallint := coalesce((letter.metadata ->> 'priority')::smallint, 5);
BEGIN
    SELECT * INTO target FROM broker.queue q WHERE q.queue_id = broker.queue_number(letter.queue);
    PERFORM broker.check_priority(target.queue_id, target.priorities, urgency);
    -- Nobody sends to a one-way message, and the server has no room for a lock of each of very many.
    PERFORM pg_advisory_xact_lock(broker.lock_class_order(), hashint8(c.handle)) FROM broker.conversation c WHERE c.handle = letter.conversation_handle;
    INSERT INTO broker.message (id, conversation, conversation_group, queue_id, priority, message_type, body)
    VALUES (nextval('broker.handle'), letter.conversation_handle, coalesce((letter.metadata ->> 'conversation_group')::bigint, letter.conversation_handle),
            target.queue_id, urgency, letter.message_type, letter.body);
    PERFORM broker.ring(target.queue_id, false);
    PERFORM broker.note('replay', letter.queue, letter.dead_letter_id,
                        jsonb_build_object('conversation', letter.conversation_handle, 'message_type', letter.message_type, 'reason', letter.reason));
END $$;
COMMENT ON FUNCTION broker.replay_letter IS 'Sends what was a dead letter again.';

CREATE FUNCTION broker.replay_dead_letter(id bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    letter broker.dead_letter;
BEGIN
    DELETE FROM broker.dead_letter d WHERE d.dead_letter_id = replay_dead_letter.id RETURNING * INTO letter;
    IF NOT FOUND THEN
        PERFORM broker.no_dead_letter(id);
    END IF;
    PERFORM broker.replay_letter(letter);
END $$;
COMMENT ON FUNCTION broker.replay_dead_letter IS 'Sends a dead letter again, to the end of its queue and with no attempts.';

CREATE FUNCTION broker.replay_dead_letters(queue text DEFAULT NULL, reason text DEFAULT NULL, message_type text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    letter   broker.dead_letter;
    replayed bigint := 0;
BEGIN
    PERFORM broker.queue_number(queue) WHERE queue IS NOT NULL;
    -- Those that somebody else is just replaying or discarding are his.
    FOR letter IN SELECT * FROM broker.chosen_dead_letters(queue, reason, message_type) LOOP
        CONTINUE WHEN NOT EXISTS (SELECT FROM broker.queue q WHERE q.name = letter.queue); -- it was dropped
        DELETE FROM broker.dead_letter d WHERE d.dead_letter_id = letter.dead_letter_id;
        PERFORM broker.replay_letter(letter);
        replayed := replayed + 1;
    END LOOP;
    RETURN replayed;
END $$;
COMMENT ON FUNCTION broker.replay_dead_letters IS 'Sends dead letters again: those of a queue, whose reason begins with a text, of a message type; all where nothing is said. Returns how many.';

CREATE FUNCTION broker.chosen_dead_letters(queue text, reason text, message_type text) RETURNS SETOF broker.dead_letter
LANGUAGE sql AS $$
    SELECT * FROM broker.dead_letter d
      WHERE (chosen_dead_letters.queue IS NULL OR d.queue = chosen_dead_letters.queue)
        AND (chosen_dead_letters.reason IS NULL OR starts_with(d.reason, chosen_dead_letters.reason))
        AND (chosen_dead_letters.message_type IS NULL OR d.message_type = chosen_dead_letters.message_type)
      ORDER BY d.dead_letter_id FOR UPDATE SKIP LOCKED
$$;
COMMENT ON FUNCTION broker.chosen_dead_letters IS 'Dead letters by queue, beginning of the reason and message type, locked.';

CREATE FUNCTION broker.discard_dead_letter(id bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    letter broker.dead_letter;
BEGIN
    DELETE FROM broker.dead_letter d WHERE d.dead_letter_id = discard_dead_letter.id RETURNING * INTO letter;
    IF NOT FOUND THEN
        PERFORM broker.no_dead_letter(id);
    END IF;
    PERFORM broker.note('discard', letter.queue, letter.dead_letter_id,
                        jsonb_build_object('conversation', letter.conversation_handle, 'message_type', letter.message_type, 'reason', letter.reason));
END $$;
COMMENT ON FUNCTION broker.discard_dead_letter IS 'Throws a dead letter away.';

CREATE FUNCTION broker.discard_dead_letters(queue text DEFAULT NULL, reason text DEFAULT NULL, message_type text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    discarded bigint;
BEGIN
    PERFORM broker.queue_number(queue) WHERE queue IS NOT NULL;
    WITH chosen AS (SELECT * FROM broker.chosen_dead_letters(queue, reason, message_type)),
    gone AS (DELETE FROM broker.dead_letter d USING chosen c WHERE d.dead_letter_id = c.dead_letter_id RETURNING d.*)
    INSERT INTO broker.audit (action, queue, subject, detail)
    SELECT 'discard', g.queue, g.dead_letter_id,
           jsonb_build_object('conversation', g.conversation_handle, 'message_type', g.message_type, 'reason', g.reason) FROM gone g;
    GET DIAGNOSTICS discarded = ROW_COUNT;
    RETURN discarded;
END $$;
COMMENT ON FUNCTION broker.discard_dead_letters IS 'Throws dead letters away: those of a queue, whose reason begins with a text, of a message type; all where nothing is said. Returns how many.';
