-- Vectors of texts for whoever waits for them: a conversation brings the texts and gets their vectors back. A process of
-- hartonomous-embedding answers that has nothing else to do.

SELECT broker.create_message_type('EmbedText', 'SCHEMA', '{"type": "object", "required": ["Texts"],
    "properties": {"Texts": {"type": "array"}, "Model": {"type": "string"}}}');
SELECT broker.create_message_type('TextsEmbedded', 'JSON');
SELECT broker.create_contract('EmbeddingTextContract', initiator => '{EmbedText}', target => '{TextsEmbedded}');
SELECT broker.create_queue('EmbeddingTextQueue');
SELECT broker.create_service('EmbeddingTextService', 'EmbeddingTextQueue', '{EmbeddingTextContract}');

CREATE FUNCTION hartonomous.embed_texts(texts text[], model text DEFAULT NULL, lifetime interval DEFAULT '1 minute') RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    handle bigint;
BEGIN
    IF texts IS NULL OR cardinality(texts) NOT BETWEEN 1 AND 256 OR array_position(texts, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'texts are an array of 1 to 256 texts' USING ERRCODE = '22023';
    END IF;
    handle := broker.begin_conversation('ClientService', 'EmbeddingTextService', 'EmbeddingTextContract', lifetime);
    -- A role that is bound to a tenant says whose each message is.
    PERFORM broker.send(handle, 'EmbedText', jsonb_strip_nulls(jsonb_build_object('Texts', to_jsonb(texts), 'Model', model, 'TenantId', broker.bound_tenant())));
    RETURN handle;
END $$;
COMMENT ON FUNCTION hartonomous.embed_texts IS 'Asks for the vectors of 1 to 256 texts of at most 65,536 characters, by the active model or the one that is named. Returns the handle of the conversation; COMMIT, then hartonomous.embedded_texts.';

CREATE FUNCTION hartonomous.embedded_texts(handle bigint, timeout interval DEFAULT '10 seconds')
RETURNS TABLE (number integer, vector real[], model text, revision text, error text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    until   constant timestamptz := clock_timestamp() + coalesce(timeout, interval '0');
    near    constant broker.conversation := broker.my_end(handle);
    pause   double precision := 0.001;
    place   integer;
    message record;
BEGIN
    IF near.handle IS NULL OR near.contract <> 'EmbeddingTextContract' OR NOT near.is_initiator THEN
        RAISE EXCEPTION 'conversation % asked for no vectors, or has ended', coalesce(handle::text, 'NULL')
            USING ERRCODE = '55000', HINT = 'hartonomous.embed_texts begins one; each answer is had once.';
    END IF;
    SELECT s.queue_id INTO place FROM broker.service s WHERE s.name = near.service;
    LOOP
        FOR message IN SELECT * FROM broker.next_delivery(place, 100, '{0,0,0,0,0,0,0,0,0,0}', accounted => false, only_handle => handle) AS d
                         WHERE d.id > 0 ORDER BY d.id LOOP
            IF message.message_type = 'TextsEmbedded' THEN
                RETURN QUERY SELECT (message.body ->> 'First')::integer + v.n::integer, ARRAY(SELECT x::real FROM jsonb_array_elements_text(v.vector) AS x),
                                    message.body ->> 'Model', message.body ->> 'Revision', NULL::text
                             FROM jsonb_array_elements(message.body -> 'Vectors') WITH ORDINALITY AS v (vector, n);
            ELSE -- EndDialog stands behind the last vectors
                IF message.message_type = 'Error' THEN
                    RETURN QUERY SELECT NULL::integer, NULL::real[], NULL::text, NULL::text, message.body ->> 'Description';
                END IF;
                PERFORM broker.end_conversation(handle);
                RETURN;
            END IF;
        END LOOP;
        EXIT WHEN clock_timestamp() >= until;
        PERFORM pg_sleep(least(pause, extract(epoch FROM until - clock_timestamp())));
        pause := least(pause * 1.05, 0.05); -- a sentence takes some milliseconds, 256 texts may take seconds
    END LOOP;
    PERFORM broker.end_conversation(handle, cleanup => true); -- nobody waits for the answer any more
    RETURN QUERY SELECT NULL::integer, NULL::real[], NULL::text, NULL::text,
                        format('no answer within %s: does hartonomous-embedding run?', coalesce(timeout, interval '0'));
END $$;
COMMENT ON FUNCTION hartonomous.embedded_texts IS 'Waits for the answer to hartonomous.embed_texts: a row for each text, counted from 1, or one row that says why there are none. The conversation is over then.';

CREATE FUNCTION hartonomous.answer_texts(handle bigint, bodies jsonb[]) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    body jsonb;
BEGIN
    BEGIN
        FOREACH body IN ARRAY bodies LOOP
            PERFORM broker.send(handle, 'TextsEmbedded', body);
        END LOOP;
    EXCEPTION WHEN object_not_in_prerequisite_state THEN -- who asked has gone, or sent one way
        PERFORM broker.end_conversation(handle);
        RETURN false;
    END;
    RETURN broker.end_conversation(handle);
END $$;
COMMENT ON FUNCTION hartonomous.answer_texts IS 'Sends an answer and ends the conversation. False where nobody waits for it.';

REVOKE ALL ON FUNCTION hartonomous.embed_texts, hartonomous.embedded_texts, hartonomous.answer_texts FROM PUBLIC;
GRANT USAGE ON SCHEMA hartonomous TO hartonomous_sender;
GRANT EXECUTE ON FUNCTION hartonomous.embed_texts, hartonomous.embedded_texts TO hartonomous_sender, hartonomous_operator;
GRANT EXECUTE ON FUNCTION hartonomous.answer_texts TO "hartonomous-embedding";
INSERT INTO broker.queue_reader (queue_id, role) SELECT q.queue_id, '"hartonomous-embedding"'::regrole FROM broker.queue q WHERE q.name = 'EmbeddingTextQueue';
INSERT INTO broker.service_sender (service, role)
VALUES ('EmbeddingTextService', 'hartonomous_sender'),       -- every program that may send anything
       ('EmbeddingService', '"hartonomous-embedding"');      -- what a server refuses is asked for alone
