-- What becomes of sources beside ingestion: how much a tenant may keep, and how they are removed with all that only they used.

-- Quotas ---------------------------------------------------------------------------------------------------------

ALTER TABLE hartonomous.tenant ADD COLUMN max_atoms bigint CHECK (max_atoms >= 0), ADD COLUMN max_bytes bigint CHECK (max_bytes >= 0);
COMMENT ON COLUMN hartonomous.tenant.max_atoms IS 'Its documents are refused once it has so many atoms; null: no limit.';
COMMENT ON COLUMN hartonomous.tenant.max_bytes IS 'Its documents are refused once its atoms have so many bytes, each counted once; null: no limit.';

CREATE TABLE hartonomous.tenant_usage (
    tenant_id integer  NOT NULL REFERENCES hartonomous.tenant,
    shard     smallint NOT NULL,
    atoms     bigint   NOT NULL,
    bytes     bigint   NOT NULL,
    PRIMARY KEY (tenant_id, shard)
) WITH (fillfactor = 50);
COMMENT ON TABLE hartonomous.tenant_usage IS 'What a tenant has, in parts that are added up: no row is wanted by all at once.';
COMMENT ON COLUMN hartonomous.tenant_usage.tenant_id IS 'Whose it is.';
COMMENT ON COLUMN hartonomous.tenant_usage.shard IS 'A number that follows from the connection that counted.';
COMMENT ON COLUMN hartonomous.tenant_usage.atoms IS 'Atoms stored less atoms removed; may be negative in a part.';
COMMENT ON COLUMN hartonomous.tenant_usage.bytes IS 'Their content bytes; a document''s own atom has none beside its components.';

CREATE FUNCTION hartonomous.count_usage(tenant_ids integer[], atoms bigint[], bytes bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO hartonomous.tenant_usage AS u (tenant_id, shard, atoms, bytes)
    SELECT item.tenant_id, pg_backend_pid() % 64, sum(item.atoms), sum(item.bytes)
    FROM unnest(tenant_ids, atoms, bytes) AS item (tenant_id, atoms, bytes)
    GROUP BY item.tenant_id ORDER BY item.tenant_id
    ON CONFLICT (tenant_id, shard) DO UPDATE SET atoms = u.atoms + excluded.atoms, bytes = u.bytes + excluded.bytes;
$$;
COMMENT ON FUNCTION hartonomous.count_usage IS 'Adds atoms and bytes to what tenants have. The last statement of its transaction, so that nobody waits with the row in hand.';

CREATE VIEW hartonomous.tenant_status AS
SELECT t.tenant_id, t.name, t.max_atoms, t.max_bytes, coalesce(used.atoms, 0) AS atoms, coalesce(used.bytes, 0) AS bytes, t.created_at
FROM hartonomous.tenant t
LEFT JOIN LATERAL (SELECT sum(u.atoms)::bigint AS atoms, sum(u.bytes)::bigint AS bytes
                   FROM hartonomous.tenant_usage u WHERE u.tenant_id = t.tenant_id) AS used ON true;
COMMENT ON VIEW hartonomous.tenant_status IS 'Tenants with what they have and what they may have.';

CREATE FUNCTION hartonomous.thousands(number bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT to_char(number, 'FM9,999,999,999,999,999,990') $$;
COMMENT ON FUNCTION hartonomous.thousands IS '1,000,000: a number for people.';

CREATE FUNCTION hartonomous.quota_problem(tenant_id integer, size bigint DEFAULT 0) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    has record;
BEGIN
    SELECT * INTO has FROM hartonomous.tenant t WHERE t.tenant_id = quota_problem.tenant_id AND (t.max_atoms IS NOT NULL OR t.max_bytes IS NOT NULL);
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT * INTO has FROM hartonomous.tenant_status s WHERE s.tenant_id = quota_problem.tenant_id;
    IF has.atoms >= has.max_atoms THEN
        RETURN format('quota of tenant %s: %s atoms are used up', has.tenant_id, hartonomous.thousands(has.max_atoms));
    ELSIF has.bytes >= has.max_bytes THEN
        RETURN format('quota of tenant %s: %s bytes are used up', has.tenant_id, hartonomous.thousands(has.max_bytes));
    ELSIF has.bytes + quota_problem.size > has.max_bytes THEN
        RETURN format('quota of tenant %s: %s bytes do not fit, %s of %s are used', has.tenant_id, hartonomous.thousands(quota_problem.size),
                      hartonomous.thousands(has.bytes), hartonomous.thousands(has.max_bytes));
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION hartonomous.quota_problem IS 'Why a tenant may not add a document of so many bytes; null where it may.';

CREATE FUNCTION hartonomous.check_quota(tenant_id integer, size bigint DEFAULT 0) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    problem constant text := hartonomous.quota_problem(check_quota.tenant_id, check_quota.size);
BEGIN
    IF problem IS NOT NULL THEN
        RAISE EXCEPTION '%', problem USING ERRCODE = '54Q01',
            HINT = 'hartonomousctl tenant set-quota gives it more; hartonomousctl source delete makes room.';
    END IF;
END $$;
COMMENT ON FUNCTION hartonomous.check_quota IS 'Fails with SQLSTATE 54Q01 where a tenant may not add a document of so many bytes.';

CREATE FUNCTION hartonomous.set_quota(tenant_id integer, max_atoms bigint, max_bytes bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO hartonomous.tenant AS t (tenant_id, max_atoms, max_bytes) VALUES (set_quota.tenant_id, set_quota.max_atoms, set_quota.max_bytes)
    ON CONFLICT (tenant_id) DO UPDATE SET max_atoms = excluded.max_atoms, max_bytes = excluded.max_bytes;
$$;
COMMENT ON FUNCTION hartonomous.set_quota IS 'Sets what a tenant may have, null for no limit; a tenant that has nothing yet is made.';

-- Removal --------------------------------------------------------------------------------------------------------

CREATE FUNCTION hartonomous.source_was_deleted(source_id bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT source_was_deleted.source_id <= last_value FROM hartonomous.source_source_id_seq
$$;
COMMENT ON FUNCTION hartonomous.source_was_deleted IS 'Of a source that is not there: was its number ever given out? A message about it is then late, else wrong.';

-- A tenant that is null is not named: models belong to none.
CREATE FUNCTION hartonomous.tell_graph(entity_type text, tenant_id integer, entity_ids bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    body constant jsonb := jsonb_strip_nulls(jsonb_build_object('EntityType', entity_type, 'TenantId', tenant_id));
    most constant integer := 5000;
BEGIN
    FOR n IN 1 .. coalesce(cardinality(entity_ids), 0) BY most LOOP
        PERFORM broker.send_one('ClientService', 'Neo4jSyncService', 'Neo4jSyncContract', 'Neo4jSyncRequest',
                                body || jsonb_build_object('EntityIds', entity_ids[n:n + most - 1]));
    END LOOP;
END $$;
COMMENT ON FUNCTION hartonomous.tell_graph IS 'Asks that the graph be made equal to the present state of many entities of one tenant and type: a message for each 5,000.';

-- Fills doomed_source: the sources and all that lay in them. Fills doomed_atom: what only they used. Both are temporary tables.
CREATE FUNCTION hartonomous.find_doomed(tenant_id integer, source_ids bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' AS $$
#variable_conflict use_column
DECLARE
    tenant constant integer := find_doomed.tenant_id;
    reached integer := 0;
BEGIN
    CREATE TEMPORARY TABLE doomed_source ON COMMIT DROP AS
    WITH RECURSIVE found AS (
        SELECT s.source_id, s.parent_source_id, s.relation, s.root_atom_id FROM hartonomous.source s
        WHERE s.tenant_id = tenant AND s.source_id = ANY (source_ids)
        UNION
        SELECT s.source_id, s.parent_source_id, s.relation, s.root_atom_id FROM found f
        JOIN hartonomous.source s ON s.tenant_id = tenant AND s.parent_source_id = f.source_id)
    SELECT * FROM found;
    ALTER TABLE pg_temp.doomed_source ADD PRIMARY KEY (source_id);
    ANALYZE pg_temp.doomed_source;

    -- Which says that a document lay in another, and no other pair of sources says so.
    CREATE TEMPORARY TABLE doomed_edge ON COMMIT DROP AS
    SELECT DISTINCT d.root_atom_id AS child, p.root_atom_id AS parent, d.relation
    FROM pg_temp.doomed_source d
    JOIN hartonomous.source p ON p.tenant_id = tenant AND p.source_id = d.parent_source_id
    WHERE d.root_atom_id IS NOT NULL AND p.root_atom_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM hartonomous.source s
                      JOIN hartonomous.source q ON q.tenant_id = tenant AND q.source_id = s.parent_source_id AND q.root_atom_id = p.root_atom_id
                      WHERE s.tenant_id = tenant AND s.root_atom_id = d.root_atom_id AND s.relation = d.relation
                        AND NOT EXISTS (SELECT FROM pg_temp.doomed_source x WHERE x.source_id = s.source_id));

    -- Whatever the documents are made of, level by level.
    CREATE TEMPORARY TABLE doomed_atom ON COMMIT DROP AS
    SELECT DISTINCT d.root_atom_id AS atom_id, 0 AS level FROM pg_temp.doomed_source d WHERE d.root_atom_id IS NOT NULL;
    ALTER TABLE pg_temp.doomed_atom ADD PRIMARY KEY (atom_id);
    LOOP
        ANALYZE pg_temp.doomed_atom;
        INSERT INTO pg_temp.doomed_atom (atom_id, level)
        SELECT DISTINCT part.atom_id, reached + 1
        FROM pg_temp.doomed_atom d
        JOIN hartonomous.composition_run run ON run.tenant_id = tenant AND run.parent_atom_id = d.atom_id
        CROSS JOIN LATERAL unnest(run.components) AS part (atom_id)
        WHERE d.level = reached
        ON CONFLICT DO NOTHING;
        EXIT WHEN NOT FOUND;
        reached := reached + 1;
    END LOOP;
    PERFORM hartonomous.spare_used(tenant);
END $$;
COMMENT ON FUNCTION hartonomous.find_doomed IS 'Private to delete_sources: which sources and atoms go.';

-- Compositions have no index from part to whole, so what others use is found by reading all of the tenant's once.
CREATE FUNCTION hartonomous.spare_used(tenant integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' AS $$
DECLARE
    turn integer := 0;
BEGIN
    ANALYZE pg_temp.doomed_atom;
    CREATE TEMPORARY TABLE doomed_not ON COMMIT DROP AS
    SELECT d.atom_id, 0 AS round FROM pg_temp.doomed_atom d
    JOIN (SELECT part.atom_id FROM hartonomous.composition_run run CROSS JOIN LATERAL unnest(run.components) AS part (atom_id)
          WHERE run.tenant_id = tenant AND NOT EXISTS (SELECT FROM pg_temp.doomed_atom p WHERE p.atom_id = run.parent_atom_id)
          UNION
          SELECT s.root_atom_id FROM hartonomous.source s
          WHERE s.tenant_id = tenant AND NOT EXISTS (SELECT FROM pg_temp.doomed_source x WHERE x.source_id = s.source_id)
          UNION
          SELECT far.here FROM hartonomous.provenance_edge e
          CROSS JOIN LATERAL (VALUES (e.child_atom_id, e.parent_atom_id), (e.parent_atom_id, e.child_atom_id)) AS far (here, there)
          WHERE e.tenant_id = tenant AND NOT EXISTS (SELECT FROM pg_temp.doomed_atom p WHERE p.atom_id = far.there)
            AND (e.type <> 'DERIVED_FROM' OR NOT EXISTS (SELECT FROM pg_temp.doomed_edge x
                              WHERE (x.child, x.parent, x.relation) = (e.child_atom_id, e.parent_atom_id, e.derivation)))
         ) AS used USING (atom_id);
    -- What stays keeps what it is made of, and what it was derived from or into.
    LOOP
        DELETE FROM pg_temp.doomed_atom d USING pg_temp.doomed_not n WHERE n.round = turn AND d.atom_id = n.atom_id;
        EXIT WHEN NOT FOUND;
        ANALYZE pg_temp.doomed_not;
        INSERT INTO pg_temp.doomed_not (atom_id, round)
        SELECT d.atom_id, turn + 1 FROM pg_temp.doomed_atom d
        JOIN (SELECT part.atom_id FROM pg_temp.doomed_not n
              JOIN hartonomous.composition_run run ON run.tenant_id = tenant AND run.parent_atom_id = n.atom_id
              CROSS JOIN LATERAL unnest(run.components) AS part (atom_id)
              WHERE n.round = turn
              UNION
              SELECT far.here FROM hartonomous.provenance_edge e
              CROSS JOIN LATERAL (VALUES (e.child_atom_id, e.parent_atom_id), (e.parent_atom_id, e.child_atom_id)) AS far (here, there)
              JOIN pg_temp.doomed_not n ON n.round = turn AND n.atom_id = far.there
              WHERE e.tenant_id = tenant
                AND (e.type <> 'DERIVED_FROM' OR NOT EXISTS (SELECT FROM pg_temp.doomed_edge x
                              WHERE (x.child, x.parent, x.relation) = (e.child_atom_id, e.parent_atom_id, e.derivation)))
             ) AS used USING (atom_id);
        turn := turn + 1;
    END LOOP;
    DROP TABLE pg_temp.doomed_not;
    ANALYZE pg_temp.doomed_atom;
END $$;
COMMENT ON FUNCTION hartonomous.spare_used IS 'Private to delete_sources: takes from doomed_atom what stays in use.';

CREATE FUNCTION hartonomous.drop_messages_of_doomed(OUT messages bigint, OUT dead_letters bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    number constant integer := broker.queue_number('IngestionQueue');
    later  bigint;
BEGIN
    -- As broker.purge_queue does: readers pass over what is being deleted here.
    PERFORM pg_advisory_xact_lock(broker.lock_class_delivery(), broker.delivery_key(pg_current_xact_id()::text::bigint));
    DELETE FROM broker.message m WHERE m.ctid = ANY (ARRAY(
        SELECT w.ctid FROM broker.message w
        WHERE w.queue_id = number AND EXISTS (SELECT FROM pg_temp.doomed_source d WHERE d.source_id::text = w.body ->> 'SourceId') FOR UPDATE SKIP LOCKED));
    GET DIAGNOSTICS messages = ROW_COUNT;
    DELETE FROM broker.deferred_message m
    WHERE m.queue_id = number AND NOT m.is_timer AND EXISTS (SELECT FROM pg_temp.doomed_source d WHERE d.source_id::text = m.body ->> 'SourceId');
    GET DIAGNOSTICS later = ROW_COUNT;
    messages := messages + later;
    WITH gone AS (
        DELETE FROM broker.dead_letter l USING pg_temp.doomed_source d
        WHERE l.queue = 'IngestionQueue' AND l.body ->> 'SourceId' = d.source_id::text RETURNING l.*)
    INSERT INTO broker.audit (action, queue, subject, detail)
    SELECT 'discard', g.queue, g.dead_letter_id,
           jsonb_build_object('conversation', g.conversation_handle, 'message_type', g.message_type, 'reason', g.reason, 'source_deleted', g.body -> 'SourceId') FROM gone g;
    GET DIAGNOSTICS dead_letters = ROW_COUNT;
END $$;
COMMENT ON FUNCTION hartonomous.drop_messages_of_doomed IS 'Private to delete_sources: requests to ingest what goes, waiting or given up.';

CREATE FUNCTION hartonomous.delete_sources(tenant_id integer, source_ids bigint[], dry_run boolean DEFAULT false,
                                           OUT sources bigint, OUT atoms bigint, OUT bytes bigint, OUT embeddings bigint, OUT staged_bytes bigint,
                                           OUT messages bigint, OUT dead_letters bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' AS $$
#variable_conflict use_column
DECLARE
    tenant constant integer := delete_sources.tenant_id;
BEGIN
    -- Whoever stores compositions holds this shared: nothing that is found unused here is being used meanwhile.
    PERFORM pg_advisory_xact_lock(hartonomous.lock_class_tenant(), tenant);
    PERFORM hartonomous.find_doomed(tenant, source_ids);
    SELECT count(*) INTO sources FROM pg_temp.doomed_source;
    SELECT count(*), coalesce(sum(CASE WHEN job.root_atom_id IS NULL THEN a.size ELSE 0 END), 0) INTO atoms, bytes
    FROM pg_temp.doomed_atom d
    JOIN hartonomous.atom a ON a.tenant_id = tenant AND a.atom_id = d.atom_id
    LEFT JOIN hartonomous.ingestion_job job ON job.tenant_id = tenant AND job.root_atom_id = d.atom_id;
    SELECT count(*) INTO embeddings FROM hartonomous.embedding e JOIN pg_temp.doomed_atom d USING (atom_id) WHERE e.tenant_id = tenant;
    SELECT coalesce(sum(c.raw_size), 0) INTO staged_bytes
    FROM pg_temp.doomed_source d JOIN hartonomous.content_chunk c ON c.tenant_id = tenant AND c.source_id = d.source_id;
    IF delete_sources.dry_run THEN
        SELECT count(*) INTO messages FROM broker.message m
        WHERE m.queue_id = broker.queue_number('IngestionQueue') AND EXISTS (SELECT FROM pg_temp.doomed_source d WHERE d.source_id::text = m.body ->> 'SourceId');
        SELECT count(*) INTO dead_letters FROM broker.dead_letter l JOIN pg_temp.doomed_source d ON l.body ->> 'SourceId' = d.source_id::text
        WHERE l.queue = 'IngestionQueue';
    ELSE
        SELECT dropped.messages, dropped.dead_letters INTO messages, dead_letters FROM hartonomous.drop_messages_of_doomed() AS dropped;
        PERFORM hartonomous.delete_doomed(tenant);
        PERFORM hartonomous.count_usage(ARRAY[tenant], ARRAY[-atoms], ARRAY[-bytes]) WHERE atoms > 0;
    END IF;
    DROP TABLE pg_temp.doomed_source, pg_temp.doomed_edge, pg_temp.doomed_atom;
END $$;
COMMENT ON FUNCTION hartonomous.delete_sources IS 'Removes sources, those that lay in them, and what only they used: atoms, compositions, structure, vectors, staged bytes, requests and dead letters; the graph is told. With dry_run it only counts.';

CREATE FUNCTION hartonomous.delete_doomed(tenant integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' AS $$
BEGIN
    PERFORM hartonomous.tell_graph('Source', tenant, (SELECT array_agg(d.source_id ORDER BY d.source_id) FROM pg_temp.doomed_source d)),
            hartonomous.tell_graph('Atom', tenant, (SELECT array_agg(d.atom_id ORDER BY d.atom_id) FROM pg_temp.doomed_atom d));
    -- A document may stay, for what was made from it. If graph sync has not come to its source yet, nothing else would name what it is made of.
    PERFORM hartonomous.tell_graph(kind, tenant, kept.ids)
    FROM (SELECT array_agg(DISTINCT d.root_atom_id) AS ids FROM pg_temp.doomed_source d
          WHERE d.root_atom_id IS NOT NULL AND NOT EXISTS (SELECT FROM pg_temp.doomed_atom a WHERE a.atom_id = d.root_atom_id)) AS kept
    CROSS JOIN (VALUES ('Composition'), ('IngestionJob')) AS told (kind)
    WHERE kept.ids IS NOT NULL;
    DELETE FROM hartonomous.provenance_edge e USING pg_temp.doomed_edge x
    WHERE e.tenant_id = tenant AND e.child_atom_id = x.child AND e.parent_atom_id = x.parent AND e.type = 'DERIVED_FROM' AND e.derivation = x.relation;
    DELETE FROM hartonomous.source s USING pg_temp.doomed_source d WHERE s.tenant_id = tenant AND s.source_id = d.source_id;
    -- What hangs on an atom would go with it one by one; together it is faster.
    DELETE FROM hartonomous.embedding e USING pg_temp.doomed_atom d WHERE e.tenant_id = tenant AND e.atom_id = d.atom_id;
    DELETE FROM hartonomous.composition_run r USING pg_temp.doomed_atom d WHERE r.tenant_id = tenant AND r.parent_atom_id = d.atom_id;
    DELETE FROM hartonomous.structure_run r USING pg_temp.doomed_atom d WHERE r.tenant_id = tenant AND r.root_atom_id = d.atom_id;
    DELETE FROM hartonomous.ingestion_job j USING pg_temp.doomed_atom d WHERE j.tenant_id = tenant AND j.root_atom_id = d.atom_id;
    DELETE FROM hartonomous.atom a USING pg_temp.doomed_atom d WHERE a.tenant_id = tenant AND a.atom_id = d.atom_id;
END $$;
COMMENT ON FUNCTION hartonomous.delete_doomed IS 'Private to delete_sources: removes what was found, and has the graph told; of links, jobs and whatever else goes with it their triggers do.';

-- Rights ---------------------------------------------------------------------------------------------------------

REVOKE ALL ON FUNCTION hartonomous.count_usage, hartonomous.thousands, hartonomous.quota_problem, hartonomous.check_quota, hartonomous.set_quota,
    hartonomous.source_was_deleted, hartonomous.tell_graph, hartonomous.find_doomed, hartonomous.spare_used,
    hartonomous.drop_messages_of_doomed, hartonomous.delete_sources, hartonomous.delete_doomed FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hartonomous.count_usage, hartonomous.quota_problem, hartonomous.source_was_deleted TO "hartonomous-ingestion";
GRANT SELECT ON hartonomous.tenant_usage, hartonomous.tenant_status TO hartonomous_operator;
GRANT EXECUTE ON FUNCTION hartonomous.set_quota, hartonomous.delete_sources TO hartonomous_operator;

-- Fetching -------------------------------------------------------------------------------------------------------

INSERT INTO broker.queue (name) VALUES ('FetchQueue');
INSERT INTO broker.service (name, queue_id) SELECT 'FetchService', q.queue_id FROM broker.queue q WHERE q.name = 'FetchQueue';
INSERT INTO broker.message_type (name) VALUES ('FetchRequest');
INSERT INTO broker.contract (name) VALUES ('FetchContract');
INSERT INTO broker.contract_message_type (contract, message_type, sent_by) VALUES ('FetchContract', 'FetchRequest', 'initiator');
INSERT INTO broker.service_contract (service, contract) VALUES ('FetchService', 'FetchContract');

CREATE TABLE hartonomous.fetched (
    tenant_id     integer     NOT NULL,
    uri_hash      bytea       NOT NULL CHECK (octet_length(uri_hash) = 32),
    source_id     bigint      NOT NULL,
    etag          text,
    last_modified text,
    fetched_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, uri_hash),
    FOREIGN KEY (tenant_id, source_id) REFERENCES hartonomous.source ON DELETE CASCADE
);
CREATE INDEX fetched_by_source ON hartonomous.fetched (tenant_id, source_id);
COMMENT ON TABLE hartonomous.fetched IS 'What servers said of documents that were fetched, so that an unchanged one is not sent again. Goes with its source.';
COMMENT ON COLUMN hartonomous.fetched.tenant_id IS 'For whom.';
COMMENT ON COLUMN hartonomous.fetched.uri_hash IS 'SHA-256 of the URI: that may be longer than an index entry.';
COMMENT ON COLUMN hartonomous.fetched.source_id IS 'What it became.';
COMMENT ON COLUMN hartonomous.fetched.etag IS 'The server''s name for this state of it.';
COMMENT ON COLUMN hartonomous.fetched.last_modified IS 'When the server says it changed, in its words.';
COMMENT ON COLUMN hartonomous.fetched.fetched_at IS 'When it last came.';

CREATE FUNCTION hartonomous.enqueue_fetch(uri text, tenantid integer, contenttype text DEFAULT NULL, idempotencykey text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF uri IS NULL OR uri !~* '^https?://[^/[:space:]]' OR length(uri) > 8000 THEN
        RAISE EXCEPTION 'not a URL to fetch: %', coalesce(quote_literal(left(uri, 80)), 'NULL')
            USING ERRCODE = '22023', HINT = 'It begins with http:// or https:// and has at most 8000 characters.';
    END IF;
    IF tenantid IS NULL OR tenantid < 0 THEN
        RAISE EXCEPTION 'tenant id % is not a number from 0', coalesce(tenantid::text, 'NULL') USING ERRCODE = '22023';
    END IF;
    PERFORM hartonomous.check_quota(tenantid);
    RETURN broker.send_one('ClientService', 'FetchService', 'FetchContract', 'FetchRequest',
                           jsonb_build_object('TenantId', tenantid, 'Uri', uri, 'ContentType', contenttype), idempotency_key => idempotencykey);
END $$;
COMMENT ON FUNCTION hartonomous.enqueue_fetch IS 'Asks for a document of a web server: enqueue_fetch(Uri, TenantId [, ContentType [, IdempotencyKey]]). Which servers may be asked is a setting of hartonomous-fetch. Returns the conversation handle.';

-- hartonomous-fetch reads its queue and stages; hartonomous-watch, who watches folders, stages.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['hartonomous-fetch', 'hartonomous-watch'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', name);
        END IF;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION hartonomous.enqueue_fetch FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hartonomous.enqueue_fetch TO hartonomous_operator;
GRANT USAGE ON SCHEMA broker, hartonomous TO "hartonomous-fetch";
GRANT USAGE ON SCHEMA hartonomous TO "hartonomous-watch";
GRANT hartonomous_reader, hartonomous_sender TO "hartonomous-fetch";
GRANT hartonomous_sender TO "hartonomous-watch";
INSERT INTO broker.queue_reader (queue_id, role) SELECT q.queue_id, '"hartonomous-fetch"'::regrole FROM broker.queue q WHERE q.name = 'FetchQueue';
INSERT INTO broker.service_sender (service, role)
VALUES ('FetchService', '"hartonomous-fetch"'), ('IngestionService', '"hartonomous-fetch"'), ('IngestionService', '"hartonomous-watch"');
GRANT EXECUTE ON FUNCTION broker.maintain, broker.compact TO "hartonomous-fetch";
GRANT SELECT ON broker.queue_status, broker.queue_age, broker.queue_activity, broker.queue, broker.reader_activity TO "hartonomous-fetch";
GRANT SELECT (queue_id, priority, id, enqueued_at) ON broker.message TO "hartonomous-fetch";
GRANT SELECT (queue_id, due_at) ON broker.deferred_message TO "hartonomous-fetch";
GRANT SELECT (queue, reason) ON broker.dead_letter TO "hartonomous-fetch";
GRANT SELECT, INSERT, UPDATE ON hartonomous.fetched TO "hartonomous-fetch";
GRANT SELECT ON hartonomous.fetched TO hartonomous_operator;
GRANT EXECUTE ON FUNCTION hartonomous.stage_begin, hartonomous.stage_chunk, hartonomous.stage_commit, hartonomous.find_unchanged
    TO "hartonomous-fetch", "hartonomous-watch";
