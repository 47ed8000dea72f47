-- How content comes in and how work is asked for, as functions that any SQL client can call. They run with their
-- owner's rights: callers need EXECUTE, nothing else.

-- Services, queues and message types of the pipeline are rows of the broker (0005); here they are used.

CREATE FUNCTION hartonomous.stage_begin(tenant_id integer, file_name text, uri text DEFAULT NULL, content_type text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    id bigint;
BEGIN
    IF stage_begin.tenant_id IS NULL OR stage_begin.tenant_id < 0 THEN
        RAISE EXCEPTION 'tenant id % is not a number from 0', coalesce(stage_begin.tenant_id::text, 'NULL') USING ERRCODE = '22023';
    END IF;
    IF coalesce(stage_begin.file_name, '') = '' THEN
        RAISE EXCEPTION 'a source needs a file name' USING ERRCODE = '22023';
    END IF;
    PERFORM hartonomous.check_quota(stage_begin.tenant_id);
    INSERT INTO hartonomous.tenant (tenant_id) VALUES (stage_begin.tenant_id) ON CONFLICT DO NOTHING;
    INSERT INTO hartonomous.source (tenant_id, file_name, uri, declared_content_type)
    VALUES (stage_begin.tenant_id, stage_begin.file_name, stage_begin.uri, stage_begin.content_type)
    RETURNING source_id INTO id;
    RETURN id;
END $$;
COMMENT ON FUNCTION hartonomous.stage_begin IS 'Begins a source; its bytes follow with stage_chunk, then stage_commit. Returns the source id.';

CREATE FUNCTION hartonomous.stage_chunk(tenant_id integer, source_id bigint, chunk_index integer, encoding text, raw_size integer, data bytea)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- FOR SHARE: stage_commit waits for chunks that are under way, so that it counts them.
    PERFORM FROM hartonomous.source s
      WHERE s.tenant_id = stage_chunk.tenant_id AND s.source_id = stage_chunk.source_id AND s.state = 'staging' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'source % of tenant % is not being staged', stage_chunk.source_id, stage_chunk.tenant_id USING ERRCODE = '55000';
    END IF;
    INSERT INTO hartonomous.content_chunk (tenant_id, source_id, chunk_index, encoding, raw_size, data)
    VALUES (stage_chunk.tenant_id, stage_chunk.source_id, stage_chunk.chunk_index, stage_chunk.encoding, stage_chunk.raw_size, stage_chunk.data);
END $$;
COMMENT ON FUNCTION hartonomous.stage_chunk IS 'Adds bytes to a source that is being staged: chunk 0, 1, 2, …, each plain or one Zstandard frame.';

CREATE FUNCTION hartonomous.stage_commit(tenant_id integer, source_id bigint, size bigint, content_hash bytea)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    staged bigint;
    chunks bigint;
    last   integer;
BEGIN
    IF octet_length(stage_commit.content_hash) IS DISTINCT FROM 32 THEN
        RAISE EXCEPTION 'content_hash has % bytes, not 32', coalesce(octet_length(stage_commit.content_hash)::text, 'NULL')
            USING ERRCODE = '22023', HINT = 'It is the SHA-256 of the whole document: sha256(bytea).';
    END IF;
    PERFORM FROM hartonomous.source s
      WHERE s.tenant_id = stage_commit.tenant_id AND s.source_id = stage_commit.source_id AND s.state = 'staging' FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'source % of tenant % is not being staged', stage_commit.source_id, stage_commit.tenant_id USING ERRCODE = '55000';
    END IF;
    SELECT coalesce(sum(c.raw_size), 0), count(*), coalesce(max(c.chunk_index), -1) INTO staged, chunks, last
      FROM hartonomous.content_chunk c
      WHERE c.tenant_id = stage_commit.tenant_id AND c.source_id = stage_commit.source_id;
    IF chunks <> last + 1 THEN
        RAISE EXCEPTION 'source % has % chunks, of which the last is number %', stage_commit.source_id, chunks, last
            USING ERRCODE = '22023', HINT = 'Chunks are numbered 0, 1, 2, … without gaps.';
    END IF;
    IF staged IS DISTINCT FROM stage_commit.size THEN
        RAISE EXCEPTION 'source % has % staged bytes, not %', stage_commit.source_id, staged, coalesce(stage_commit.size::text, 'NULL') USING ERRCODE = '22023';
    END IF;
    PERFORM hartonomous.check_quota(stage_commit.tenant_id, stage_commit.size);
    UPDATE hartonomous.source s
      SET state = 'queued', size = stage_commit.size, content_hash = stage_commit.content_hash,
          version = nextval('hartonomous.state_version')
      WHERE s.tenant_id = stage_commit.tenant_id AND s.source_id = stage_commit.source_id;
    RETURN broker.send_one('ClientService', 'IngestionService', 'IngestionContract', 'IngestionRequest',
                           jsonb_build_object('TenantId', stage_commit.tenant_id, 'SourceId', stage_commit.source_id));
END $$;
COMMENT ON FUNCTION hartonomous.stage_commit IS 'Ends staging and asks for ingestion. content_hash is the SHA-256 of all bytes. Returns the conversation handle.';

CREATE FUNCTION hartonomous.enqueue_ingestion(filename text, filedata bytea, tenantid integer, sourceuri text DEFAULT NULL,
                                              idempotencykey text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    id     bigint;
    handle bigint;
    hash   bytea;
    part   constant integer := 1048576;
BEGIN
    IF filedata IS NULL THEN
        RAISE EXCEPTION 'FileData is NULL' USING ERRCODE = '22004', HINT = 'An empty document is ''''::bytea.';
    END IF;
    IF idempotencykey IS NOT NULL THEN
        hash := sha256(sha256(filedata) || convert_to(jsonb_build_array(filename, tenantid, sourceuri)::text, 'UTF8'));
        handle := broker.find_key('IngestionService', coalesce(tenantid, -1), idempotencykey, hash);
        IF handle IS NOT NULL THEN
            RETURN handle;
        END IF;
    END IF;
    id := hartonomous.stage_begin(tenantid, filename, sourceuri);
    INSERT INTO hartonomous.content_chunk (tenant_id, source_id, chunk_index, encoding, raw_size, data)
    SELECT tenantid, id, n, 'plain', octet_length(piece), piece
    FROM (SELECT n, substr(filedata, n * part + 1, part) AS piece
          FROM generate_series(0, (octet_length(filedata) - 1) / part) AS n WHERE octet_length(filedata) > 0) AS pieces;
    handle := hartonomous.stage_commit(tenantid, id, octet_length(filedata), sha256(filedata));
    IF idempotencykey IS NOT NULL THEN
        PERFORM broker.keep_key('IngestionService', coalesce(tenantid, -1), idempotencykey, hash, handle);
    END IF;
    RETURN handle;
END $$;
COMMENT ON FUNCTION hartonomous.enqueue_ingestion IS 'Stages a document and asks for its ingestion: enqueue_ingestion(FileName, FileData, TenantId [, SourceUri [, IdempotencyKey]]). Returns the conversation handle; with a key that was used within seven days, that of then, and does nothing.';

CREATE FUNCTION hartonomous.enqueue_neo4j_sync(entitytype text, entityid bigint, synctype text DEFAULT 'CREATE', idempotencykey text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known constant text[] := ARRAY['Tenant', 'User', 'Source', 'Atom', 'Composition', 'AtomProvenance', 'ProvenanceLink', 'Operation', 'IngestionJob', 'Model',
                                   'GenerationStream', 'Inference', 'AccessEvent', 'Classification', 'ComplianceRule'];
BEGIN
    IF entitytype IS NULL OR entitytype <> ALL (known) THEN
        RAISE EXCEPTION 'unknown EntityType %', coalesce(quote_literal(left(entitytype, 64)), 'NULL')
            USING ERRCODE = '22023', HINT = 'One of ' || array_to_string(known, ', ') || '.';
    END IF;
    IF synctype IS NULL OR synctype NOT IN ('CREATE', 'UPDATE', 'DELETE') THEN
        RAISE EXCEPTION 'unknown SyncType %', coalesce(quote_literal(left(synctype, 64)), 'NULL')
            USING ERRCODE = '22023', HINT = 'One of CREATE, UPDATE, DELETE.';
    END IF;
    IF entityid IS NULL THEN
        RAISE EXCEPTION 'EntityId is NULL' USING ERRCODE = '22004';
    END IF;
    RETURN broker.send_one('ClientService', 'Neo4jSyncService', 'Neo4jSyncContract', 'Neo4jSyncRequest',
                           jsonb_build_object('EntityType', entitytype, 'EntityId', entityid, 'SyncType', synctype),
                           idempotency_key => idempotencykey);
END $$;
COMMENT ON FUNCTION hartonomous.enqueue_neo4j_sync IS 'Asks that the graph be made equal to the present state of an entity: enqueue_neo4j_sync(EntityType, EntityId [, SyncType [, IdempotencyKey]]). Returns the conversation handle.';

CREATE VIEW hartonomous.source_status AS
SELECT s.tenant_id, s.source_id, s.uri, s.file_name, s.content_type, s.size, s.content_hash, s.root_atom_id,
       CASE WHEN dead.failure IS NOT NULL THEN 'failed' ELSE s.state END AS state,
       dead.failure,
       job.atomizer, job.atomizer_version, job.unicode_version, job.byte_offset, job.next_sequence AS components,
       s.created_at, s.completed_at, s.declared_content_type, s.parent_source_id, s.relation, s.depth, job.nodes, job.metadata,
       nullif(concat_ws('; ', s.problem, job.problem), '') AS problem
FROM hartonomous.source s
LEFT JOIN hartonomous.ingestion_job job ON job.tenant_id = s.tenant_id AND job.root_atom_id = s.root_atom_id
LEFT JOIN LATERAL (SELECT concat_ws(': ', d.reason, nullif(d.error_text, d.reason)) AS failure
                   FROM broker.dead_letter d
                   WHERE d.queue = 'IngestionQueue' AND d.body ->> 'SourceId' = s.source_id::text
                   ORDER BY d.created_at DESC LIMIT 1) AS dead ON s.state <> 'complete';
COMMENT ON VIEW hartonomous.source_status IS 'Sources with how far they are; state failed, and why, where the request is a dead letter; problem: what of a complete one could not be read.';

CREATE FUNCTION hartonomous.lock_class_tenant() RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 7720';
COMMENT ON FUNCTION hartonomous.lock_class_tenant IS 'Advisory lock class (key: tenant): held shared by who stores compositions, alone by who deletes atoms, so that no atom goes while somebody begins to use it.';
CREATE INDEX dead_letter_by_source ON broker.dead_letter ((body ->> 'SourceId')) WHERE queue = 'IngestionQueue';

CREATE FUNCTION hartonomous.find_unchanged(tenant_id integer, uri text, content_hash bytea)
RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT max(s.source_id) FROM hartonomous.source_status s
    WHERE s.tenant_id = find_unchanged.tenant_id AND s.uri = find_unchanged.uri AND md5(s.uri) = md5(find_unchanged.uri)
      AND s.content_hash = find_unchanged.content_hash AND s.state NOT IN ('staging', 'failed');
$$;
COMMENT ON FUNCTION hartonomous.find_unchanged IS 'The source that this document, unchanged, was already delivered as; null where there is none or it failed.';
