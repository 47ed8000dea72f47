-- Models that make vectors: which one searches use, which get vectors of new atoms, and how another one takes over.

ALTER TABLE hartonomous.model
    ADD COLUMN state text NOT NULL DEFAULT 'known' CHECK (state IN ('known', 'building', 'active', 'retired')),
    ADD CONSTRAINT model_makes_vectors CHECK (state = 'known' OR dimension IS NOT NULL);
CREATE UNIQUE INDEX model_active ON hartonomous.model (state) WHERE state = 'active';
COMMENT ON COLUMN hartonomous.model.state IS 'known: not used for vectors; building: new atoms get its vectors too; active: searches use it, one at most; retired: its vectors stay, new atoms get none.';

CREATE TABLE hartonomous.backfill (
    model_id   integer     NOT NULL REFERENCES hartonomous.model ON DELETE CASCADE,
    tenant_id  integer     NOT NULL,
    after_id   bigint      NOT NULL DEFAULT 0,
    asked      bigint      NOT NULL DEFAULT 0,
    begun_at   timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    ended_at   timestamptz,
    PRIMARY KEY (model_id, tenant_id)
);
COMMENT ON TABLE hartonomous.backfill IS 'How far vectors of a model were asked for, for atoms that were there before it: an interrupted backfill goes on from here.';
COMMENT ON COLUMN hartonomous.backfill.model_id IS 'The model.';
COMMENT ON COLUMN hartonomous.backfill.tenant_id IS 'Whose atoms.';
COMMENT ON COLUMN hartonomous.backfill.after_id IS 'The last atom that was looked at.';
COMMENT ON COLUMN hartonomous.backfill.asked IS 'Atoms that were asked for in this round.';
COMMENT ON COLUMN hartonomous.backfill.begun_at IS 'When this round began.';
COMMENT ON COLUMN hartonomous.backfill.changed_at IS 'When it last got on.';
COMMENT ON COLUMN hartonomous.backfill.ended_at IS 'When the last atom had been looked at; null until then.';

-- What is worth a vector -----------------------------------------------------------------------------------------

-- The kinds that atomizers call embeddable; a test compares them.
CREATE FUNCTION hartonomous.is_embeddable(modality text, subtype text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT modality = 'text' AND subtype IN ('alternative-text', 'code', 'comment', 'declaration', 'function', 'header', 'heading', 'item', 'list-item',
        'macro', 'member', 'method', 'quote', 'row', 'sentence', 'table-row', 'type', 'variable')
$$;
COMMENT ON FUNCTION hartonomous.is_embeddable IS 'Is an atom of that kind worth a vector, where it is text?';

-- Messages that wait for hartonomous-embedding, or that it has in hand.
CREATE VIEW hartonomous.embedding_request AS
SELECT m.priority, -- what is no number is no request either; the daemon says so
       CASE WHEN m.body ->> 'TenantId' ~ '^[0-9]{1,9}$' THEN (m.body ->> 'TenantId')::integer END AS tenant_id,
       CASE WHEN m.body ->> 'ModelId' ~ '^[0-9]{1,9}$' THEN (m.body ->> 'ModelId')::integer END AS model_id,
       CASE jsonb_typeof(m.body -> 'AtomIds') WHEN 'array' THEN jsonb_array_length(m.body -> 'AtomIds') ELSE 0 END AS atoms
FROM broker.message m JOIN broker.queue q ON q.queue_id = m.queue_id
WHERE q.name = 'EmbeddingQueue' AND m.message_type = 'EmbeddingRequest';
COMMENT ON VIEW hartonomous.embedding_request IS 'Requests for vectors that wait or are being handled: tenant, model (null: all that are active or building), and how many atoms.';

CREATE FUNCTION hartonomous.model_progress(model_id integer) RETURNS TABLE (tenant_id integer, atoms bigint, embedded bigint, waiting bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT found.tenant_id, found.atoms, found.embedded,
           coalesce((SELECT sum(r.atoms) FROM hartonomous.embedding_request r
                     WHERE r.tenant_id = found.tenant_id
                       AND (r.model_id = model_progress.model_id
                            OR r.model_id IS NULL AND EXISTS (SELECT FROM hartonomous.model m
                                                              WHERE m.model_id = model_progress.model_id AND m.state IN ('active', 'building')))), 0)::bigint
    FROM (SELECT a.tenant_id, count(*) AS atoms, count(e.atom_id) AS embedded
          FROM hartonomous.atom a
          LEFT JOIN hartonomous.embedding e ON e.tenant_id = a.tenant_id AND e.atom_id = a.atom_id AND e.model_id = model_progress.model_id
          WHERE a.canonical_text IS NOT NULL AND hartonomous.is_embeddable(a.modality, a.subtype)
          GROUP BY a.tenant_id) AS found
    ORDER BY found.tenant_id
$$;
COMMENT ON FUNCTION hartonomous.model_progress IS 'How many atoms of each tenant are worth a vector, how many have one of the model, and how many are named in messages that wait. It goes through all atoms.';

CREATE FUNCTION hartonomous.missing_vectors(model_id integer) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    active constant integer := (SELECT m.model_id FROM hartonomous.model m WHERE m.state = 'active');
BEGIN
    IF active IS NULL THEN
        RETURN (SELECT coalesce(sum(p.atoms - p.embedded), 0) FROM hartonomous.model_progress(missing_vectors.model_id) p);
    END IF;
    RETURN (SELECT count(*) FROM hartonomous.embedding now_found
            WHERE now_found.model_id = active
              AND NOT EXISTS (SELECT FROM hartonomous.embedding e WHERE e.tenant_id = now_found.tenant_id AND e.atom_id = now_found.atom_id
                                                                    AND e.model_id = missing_vectors.model_id));
END $$;
COMMENT ON FUNCTION hartonomous.missing_vectors IS 'Atoms that searches find now and would not find by the model: those with a vector of the active one alone. Where none is active: all without a vector.';

CREATE VIEW hartonomous.model_status AS
SELECT m.model_id, m.name, m.revision, m.engine, m.dimension, m.state, m.created_at,
       CASE WHEN m.dimension IS NOT NULL THEN coalesce(made.vectors, 0) END AS vectors,
       CASE WHEN m.dimension IS NOT NULL THEN total.atoms - coalesce(made.needed, 0) END AS missing,
       CASE WHEN m.dimension IS NOT NULL THEN coalesce(made.vectors, 0) * m.dimension * 4 END AS bytes
FROM hartonomous.model m
CROSS JOIN (SELECT count(*) AS atoms FROM hartonomous.atom a
            WHERE a.canonical_text IS NOT NULL AND hartonomous.is_embeddable(a.modality, a.subtype)) AS total
LEFT JOIN (SELECT e.model_id, count(*) AS vectors,
                  count(*) FILTER (WHERE a.canonical_text IS NOT NULL AND hartonomous.is_embeddable(a.modality, a.subtype)) AS needed
           FROM hartonomous.embedding e JOIN hartonomous.atom a USING (tenant_id, atom_id)
           GROUP BY e.model_id) AS made USING (model_id);
COMMENT ON VIEW hartonomous.model_status IS 'Models with their state, how many vectors they have, how many atoms lack one, and the bytes of the vectors'' numbers; null for a model that makes none. It goes through all atoms and vectors.';

-- States -----------------------------------------------------------------------------------------------------------

CREATE FUNCTION hartonomous.lock_model(model_id integer) RETURNS hartonomous.model
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known hartonomous.model;
BEGIN
    LOCK TABLE hartonomous.model IN SHARE ROW EXCLUSIVE MODE; -- one change of states at a time; vectors are stored all the while
    SELECT * INTO known FROM hartonomous.model m WHERE m.model_id = lock_model.model_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'model % does not exist', coalesce(lock_model.model_id::text, 'NULL') USING ERRCODE = '23503', HINT = 'hartonomous.model has them.';
    ELSIF known.dimension IS NULL THEN
        RAISE EXCEPTION 'model % makes no vectors', known.model_id USING ERRCODE = '55000', HINT = 'hartonomous.take_up_model makes one that does.';
    END IF;
    RETURN known;
END $$;
COMMENT ON FUNCTION hartonomous.lock_model IS 'A model that makes vectors, with the right to change states until the transaction ends.';

CREATE FUNCTION hartonomous.take_up_model(name text, revision text, dimension integer, engine text) RETURNS TABLE (model_id integer, state text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    known hartonomous.model;
BEGIN
    IF take_up_model.dimension IS NULL THEN
        RAISE EXCEPTION 'dimension is NULL' USING ERRCODE = '22004';
    END IF;
    SELECT m.* INTO known FROM hartonomous.model m WHERE m.name = take_up_model.name AND m.revision = take_up_model.revision;
    IF known.dimension <> take_up_model.dimension THEN
        RAISE EXCEPTION 'model % has vectors of % numbers in the database, not of %', take_up_model.name, known.dimension, take_up_model.dimension
            USING ERRCODE = '22023', HINT = 'Give the model another name.';
    END IF;
    IF known.dimension IS NULL OR known.state <> 'active' THEN -- the usual way is without locks
        IF NOT EXISTS (SELECT FROM hartonomous.model m WHERE m.state = 'active') THEN
            LOCK TABLE hartonomous.model IN SHARE ROW EXCLUSIVE MODE; -- before a row is made: daemons that start together would wait for each other
        END IF;
        PERFORM hartonomous.register_model(take_up_model.name, take_up_model.revision, take_up_model.engine, take_up_model.dimension);
        IF NOT EXISTS (SELECT FROM hartonomous.model m WHERE m.state = 'active') THEN
            UPDATE hartonomous.model m SET state = 'active'
              WHERE m.name = take_up_model.name AND m.revision = take_up_model.revision
                AND NOT EXISTS (SELECT FROM hartonomous.model other WHERE other.state = 'active');
        END IF;
    END IF;
    RETURN QUERY SELECT m.model_id, m.state FROM hartonomous.model m WHERE m.name = take_up_model.name AND m.revision = take_up_model.revision;
END $$;
COMMENT ON FUNCTION hartonomous.take_up_model IS 'A model that can be computed, new or known. The first one of all is active at once; another that is new is known. Returns its id and state.';

CREATE FUNCTION hartonomous.build_model(model_id integer) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known constant hartonomous.model := hartonomous.lock_model(build_model.model_id);
BEGIN
    IF known.state NOT IN ('known', 'retired') THEN
        RETURN known.state;
    END IF;
    UPDATE hartonomous.model m SET state = 'building' WHERE m.model_id = known.model_id;
    RETURN 'building';
END $$;
COMMENT ON FUNCTION hartonomous.build_model IS 'From now on new atoms get the model''s vectors too; hartonomous.request_backfill asks for those of the others. Returns its state: an active one stays active.';

CREATE FUNCTION hartonomous.activate_model(model_id integer, force boolean DEFAULT false) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    missing bigint := 0;
    before  integer;
    known   hartonomous.model;
BEGIN
    IF NOT coalesce(activate_model.force, false) THEN -- counted before anything is locked: it takes a while
        missing := hartonomous.missing_vectors(activate_model.model_id);
    END IF;
    known := hartonomous.lock_model(activate_model.model_id);
    IF known.state = 'active' THEN
        RETURN NULL;
    ELSIF missing > 0 THEN
        RAISE EXCEPTION 'model % lacks vectors of % atoms: searches would not find these', known.name, missing
            USING ERRCODE = '55000', HINT = 'hartonomous.request_backfill asks for them; force activates it all the same.';
    END IF;
    UPDATE hartonomous.model m SET state = 'retired' WHERE m.state = 'active' RETURNING m.model_id INTO before;
    UPDATE hartonomous.model m SET state = 'active' WHERE m.model_id = known.model_id;
    RETURN before;
END $$;
COMMENT ON FUNCTION hartonomous.activate_model IS 'Searches use the model from now on, the one before is retired; its id is returned. Refused while searches would find less, unless forced.';

CREATE FUNCTION hartonomous.drop_backfill(model_id integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    number constant integer := broker.queue_number('EmbeddingQueue');
    named  constant text := drop_backfill.model_id::text;
BEGIN
    -- As broker.purge_queue does: readers pass over what is being deleted here.
    PERFORM pg_advisory_xact_lock(broker.lock_class_delivery(), broker.delivery_key(pg_current_xact_id()::text::bigint));
    DELETE FROM broker.message m WHERE m.ctid = ANY (ARRAY(
        SELECT w.ctid FROM broker.message w
        WHERE w.queue_id = number AND w.message_type = 'EmbeddingRequest' AND w.body ->> 'ModelId' = named FOR UPDATE SKIP LOCKED));
    DELETE FROM broker.deferred_message m
    WHERE m.queue_id = number AND NOT m.is_timer AND m.message_type = 'EmbeddingRequest' AND m.body ->> 'ModelId' = named;
    DELETE FROM hartonomous.backfill b WHERE b.model_id = drop_backfill.model_id;
END $$;
COMMENT ON FUNCTION hartonomous.drop_backfill IS 'Takes back what was asked for of a model, but for what is in hand.';

CREATE FUNCTION hartonomous.retire_model(model_id integer) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known constant hartonomous.model := hartonomous.lock_model(retire_model.model_id);
BEGIN
    IF known.state = 'active' THEN
        RAISE EXCEPTION 'model % is active: searches use it', known.name USING ERRCODE = '55000', HINT = 'Activate another one; that retires it.';
    END IF;
    UPDATE hartonomous.model m SET state = 'retired' WHERE m.model_id = known.model_id AND m.state <> 'retired';
    PERFORM hartonomous.drop_backfill(known.model_id);
    RETURN known.state;
END $$;
COMMENT ON FUNCTION hartonomous.retire_model IS 'New atoms get no vectors of the model, what waits of a backfill is dropped; those there are stay and can be searched. Not the active one. Returns the state before.';

-- Backfill ---------------------------------------------------------------------------------------------------------

CREATE FUNCTION hartonomous.begin_backfill(model_id integer, tenant_id integer DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known hartonomous.model;
BEGIN
    SELECT m.* INTO known FROM hartonomous.model m WHERE m.model_id = begin_backfill.model_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'model % does not exist', coalesce(begin_backfill.model_id::text, 'NULL') USING ERRCODE = '23503';
    ELSIF known.state NOT IN ('active', 'building') THEN
        RAISE EXCEPTION 'model % is %: it gets no vectors', known.name, known.state USING ERRCODE = '55000', HINT = 'hartonomous.build_model comes first.';
    END IF;
    INSERT INTO hartonomous.backfill (model_id, tenant_id)
    SELECT known.model_id, t.tenant_id FROM hartonomous.tenant t
    WHERE begin_backfill.tenant_id IS NULL OR t.tenant_id = begin_backfill.tenant_id
    ORDER BY t.tenant_id ON CONFLICT DO NOTHING;
    -- A round that is over begins anew where nothing of it waits: what it asked for may have failed.
    UPDATE hartonomous.backfill b SET after_id = 0, asked = 0, begun_at = clock_timestamp(), changed_at = clock_timestamp(), ended_at = NULL
      WHERE b.model_id = known.model_id AND b.ended_at < now()
        AND (begin_backfill.tenant_id IS NULL OR b.tenant_id = begin_backfill.tenant_id)
        AND NOT EXISTS (SELECT FROM hartonomous.embedding_request r WHERE r.model_id = known.model_id AND r.tenant_id = b.tenant_id);
    RETURN EXISTS (SELECT FROM hartonomous.backfill b WHERE b.model_id = known.model_id AND b.ended_at IS NULL
                                                        AND (begin_backfill.tenant_id IS NULL OR b.tenant_id = begin_backfill.tenant_id));
END $$;
COMMENT ON FUNCTION hartonomous.begin_backfill IS 'Prepares hartonomous.request_backfill: an interrupted round goes on, one that is over begins anew unless its messages still wait. Returns whether there is anything to look at.';

CREATE FUNCTION hartonomous.request_backfill(model_id integer, tenant_id integer DEFAULT NULL, portion integer DEFAULT 8192)
RETURNS TABLE (asked bigint, looked bigint, is_done boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    at     hartonomous.backfill;
    last   bigint;
    bodies jsonb[];
BEGIN
    SELECT b.* INTO at FROM hartonomous.backfill b
      WHERE b.model_id = request_backfill.model_id AND b.ended_at IS NULL
        AND (request_backfill.tenant_id IS NULL OR b.tenant_id = request_backfill.tenant_id)
      ORDER BY b.tenant_id LIMIT 1 FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN QUERY SELECT 0::bigint, 0::bigint, true;
        RETURN;
    END IF;
    WITH seen AS MATERIALIZED (
        SELECT a.atom_id, a.canonical_text IS NOT NULL AND hartonomous.is_embeddable(a.modality, a.subtype) AS is_wanted
        FROM hartonomous.atom a WHERE a.tenant_id = at.tenant_id AND a.atom_id > at.after_id
        ORDER BY a.atom_id LIMIT greatest(request_backfill.portion, 1)
    ), wanted AS (
        SELECT s.atom_id, (row_number() OVER (ORDER BY s.atom_id) - 1) / 64 AS message
        FROM seen s
        WHERE s.is_wanted AND NOT EXISTS (SELECT FROM hartonomous.embedding e
                                          WHERE e.tenant_id = at.tenant_id AND e.atom_id = s.atom_id AND e.model_id = at.model_id)
    ), message AS (
        SELECT jsonb_build_object('TenantId', at.tenant_id, 'ModelId', at.model_id, 'AtomIds', jsonb_agg(w.atom_id ORDER BY w.atom_id)) AS body, count(*) AS atoms
        FROM wanted w GROUP BY w.message
    )
    SELECT (SELECT max(s.atom_id) FROM seen s), (SELECT count(*) FROM seen), coalesce(sum(m.atoms), 0), array_agg(m.body)
      INTO last, looked, asked, bodies FROM message m;
    PERFORM broker.send_many('ClientService', 'EmbeddingService', 'EmbeddingContract', 'EmbeddingRequest', bodies, priority => 3)
      WHERE bodies IS NOT NULL; -- behind the requests of new atoms
    UPDATE hartonomous.backfill b
      SET after_id = coalesce(last, b.after_id), asked = b.asked + request_backfill.asked, changed_at = clock_timestamp(),
          ended_at = CASE WHEN looked < greatest(request_backfill.portion, 1) THEN clock_timestamp() END
      WHERE b.model_id = at.model_id AND b.tenant_id = at.tenant_id;
    is_done := NOT EXISTS (SELECT FROM hartonomous.backfill b WHERE b.model_id = at.model_id AND b.ended_at IS NULL
                                                                AND (request_backfill.tenant_id IS NULL OR b.tenant_id = request_backfill.tenant_id));
    RETURN NEXT;
END $$;
COMMENT ON FUNCTION hartonomous.request_backfill IS 'Asks for vectors of the model for the next portion of atoms that have none, behind all other requests. After hartonomous.begin_backfill, call it until is_done, with a COMMIT after each call.';

-- Removal ----------------------------------------------------------------------------------------------------------

CREATE FUNCTION hartonomous.remove_model(model_id integer, after_tenant_id integer DEFAULT -1, after_atom_id bigint DEFAULT 0, portion integer DEFAULT 50000)
RETURNS TABLE (removed bigint, last_tenant_id integer, last_atom_id bigint, outcome text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known constant hartonomous.model := hartonomous.lock_model(remove_model.model_id);
    most  constant integer := greatest(remove_model.portion, 1);
    seen  bigint;
BEGIN
    IF known.state = 'active' THEN
        RAISE EXCEPTION 'model % is active: searches use it', known.name USING ERRCODE = '55000', HINT = 'Activate another one first.';
    END IF;
    UPDATE hartonomous.model m SET state = 'retired' WHERE m.model_id = known.model_id AND m.state <> 'retired'; -- it gets no more
    PERFORM hartonomous.drop_backfill(known.model_id);
    WITH next AS MATERIALIZED (
        SELECT e.tenant_id, e.atom_id, e.model_id FROM hartonomous.embedding e
        WHERE (e.tenant_id, e.atom_id, e.model_id) > (remove_model.after_tenant_id, remove_model.after_atom_id, 2147483647)
        ORDER BY e.tenant_id, e.atom_id, e.model_id LIMIT most
    ), gone AS (
        DELETE FROM hartonomous.embedding e USING next n
        WHERE n.model_id = known.model_id AND e.tenant_id = n.tenant_id AND e.atom_id = n.atom_id AND e.model_id = known.model_id
        RETURNING 1
    ), last AS (
        SELECT n.tenant_id, n.atom_id FROM next n ORDER BY n.tenant_id DESC, n.atom_id DESC LIMIT 1
    )
    SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM next), (SELECT l.tenant_id FROM last l), (SELECT l.atom_id FROM last l)
      INTO removed, seen, last_tenant_id, last_atom_id;
    IF seen < most THEN
        outcome := hartonomous.drop_model(known.model_id);
    END IF;
    RETURN NEXT;
END $$;
COMMENT ON FUNCTION hartonomous.remove_model IS 'Removes a portion of a model''s vectors, in order of tenants and atoms: call it with the last ones until outcome says what became of the model, with a COMMIT after each call. Not the active one.';

CREATE FUNCTION hartonomous.drop_model(model_id integer) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM hartonomous.inference i WHERE i.model_id = drop_model.model_id)
       OR EXISTS (SELECT FROM hartonomous.generation_stream g WHERE g.model_id = drop_model.model_id) THEN
        UPDATE hartonomous.model m SET state = 'known' WHERE m.model_id = drop_model.model_id;
        RETURN 'kept';
    END IF;
    DELETE FROM hartonomous.model m WHERE m.model_id = drop_model.model_id;
    RETURN 'removed';
EXCEPTION WHEN foreign_key_violation THEN
    RETURN 'again'; -- vectors came meanwhile
END $$;
COMMENT ON FUNCTION hartonomous.drop_model IS 'The last step of hartonomous.remove_model. kept: inferences name the model, it is known without vectors; again: there are vectors still, begin from the first.';

-- Rights -----------------------------------------------------------------------------------------------------------

REVOKE ALL ON FUNCTION hartonomous.is_embeddable, hartonomous.model_progress, hartonomous.missing_vectors, hartonomous.lock_model, hartonomous.take_up_model,
    hartonomous.build_model, hartonomous.activate_model, hartonomous.retire_model, hartonomous.begin_backfill, hartonomous.request_backfill,
    hartonomous.remove_model, hartonomous.drop_model, hartonomous.drop_backfill FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hartonomous.is_embeddable, hartonomous.model_progress, hartonomous.missing_vectors, hartonomous.take_up_model,
    hartonomous.build_model, hartonomous.activate_model, hartonomous.retire_model, hartonomous.begin_backfill, hartonomous.request_backfill,
    hartonomous.remove_model TO hartonomous_operator;
GRANT EXECUTE ON FUNCTION hartonomous.take_up_model TO "hartonomous-embedding";
GRANT SELECT ON hartonomous.backfill, hartonomous.embedding_request, hartonomous.model_status TO hartonomous_operator;
