-- What is known beyond documents: operations, users, models, inferences, generation, access and its rules. Everything here is shown in the
-- graph: each table's triggers tell graph sync which entities changed, whoever changed them and however.

-- Tables ---------------------------------------------------------------------------------------------------------

ALTER TABLE hartonomous.tenant ADD COLUMN version bigint NOT NULL DEFAULT nextval('hartonomous.state_version');
COMMENT ON COLUMN hartonomous.tenant.version IS 'Grows with every change.';

ALTER TABLE hartonomous.source ADD COLUMN delivered_by text NOT NULL DEFAULT session_user;
COMMENT ON COLUMN hartonomous.source.delivered_by IS 'The role that handed it in; of documents found in others, the daemon.';

CREATE TABLE hartonomous.user_account (
    tenant_id  integer     NOT NULL REFERENCES hartonomous.tenant,
    user_id    bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    name       text        NOT NULL CHECK (name <> ''),
    clearance  text        NOT NULL DEFAULT 'internal' CHECK (clearance IN ('public', 'internal', 'confidential', 'restricted')),
    version    bigint      NOT NULL DEFAULT nextval('hartonomous.state_version'),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, user_id),
    UNIQUE (name, tenant_id)
);
COMMENT ON TABLE hartonomous.user_account IS 'People and programs that ask for, look at and rate things, as the programs on top know them. Not database roles.';
COMMENT ON COLUMN hartonomous.user_account.tenant_id IS 'Whose it is.';
COMMENT ON COLUMN hartonomous.user_account.user_id IS 'Number, unique over all tenants.';
COMMENT ON COLUMN hartonomous.user_account.name IS 'Name; one user of a tenant each. Equal to source.delivered_by, its documents are found by it.';
COMMENT ON COLUMN hartonomous.user_account.clearance IS 'The highest classification the user may see.';
COMMENT ON COLUMN hartonomous.user_account.version IS 'Grows with every change.';
COMMENT ON COLUMN hartonomous.user_account.created_at IS 'When it was first named.';

CREATE TABLE hartonomous.operation (
    tenant_id      integer     NOT NULL REFERENCES hartonomous.tenant,
    operation_id   bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    operation_type text        NOT NULL CHECK (operation_type <> '' AND octet_length(operation_type) <= 1000),
    name           text,
    user_id        bigint,
    state          text        NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'complete', 'failed')),
    error_type     text        CHECK (octet_length(error_type) <= 1000),
    error_text     text,
    metadata       jsonb,
    version        bigint      NOT NULL DEFAULT nextval('hartonomous.state_version'),
    created_at     timestamptz NOT NULL DEFAULT now(),
    ended_at       timestamptz,
    PRIMARY KEY (tenant_id, operation_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES hartonomous.user_account,
    CHECK ((state = 'running') = (ended_at IS NULL)),
    CHECK (state = 'failed' OR (error_type IS NULL AND error_text IS NULL))
);
COMMENT ON TABLE hartonomous.operation IS 'One run of something that makes atoms from atoms: a summary, a translation, a batch job. What it read and made are the provenance edges that name it. Ingestion jobs are shown beside them.';
COMMENT ON COLUMN hartonomous.operation.tenant_id IS 'Whose it is.';
COMMENT ON COLUMN hartonomous.operation.operation_id IS 'Number, unique over all tenants.';
COMMENT ON COLUMN hartonomous.operation.operation_type IS 'summarize, translate, …: the recorder''s word.';
COMMENT ON COLUMN hartonomous.operation.name IS 'Free text for people.';
COMMENT ON COLUMN hartonomous.operation.user_id IS 'Who asked for it.';
COMMENT ON COLUMN hartonomous.operation.state IS 'running, complete or failed.';
COMMENT ON COLUMN hartonomous.operation.error_type IS 'Of a failed one: a short word, the same for the same kind of failure.';
COMMENT ON COLUMN hartonomous.operation.error_text IS 'Of a failed one: what happened.';
COMMENT ON COLUMN hartonomous.operation.metadata IS 'Whatever else the recorder said.';
COMMENT ON COLUMN hartonomous.operation.version IS 'Grows with every change.';
COMMENT ON COLUMN hartonomous.operation.created_at IS 'When it began.';
COMMENT ON COLUMN hartonomous.operation.ended_at IS 'When it ended.';

ALTER TABLE hartonomous.provenance_edge ADD FOREIGN KEY (tenant_id, operation_id) REFERENCES hartonomous.operation ON DELETE SET NULL (operation_id);
CREATE INDEX provenance_edge_by_operation ON hartonomous.provenance_edge (operation_id, tenant_id) WHERE operation_id IS NOT NULL;

ALTER TABLE hartonomous.model ALTER COLUMN dimension DROP NOT NULL, ADD COLUMN version bigint NOT NULL DEFAULT nextval('hartonomous.state_version');
COMMENT ON TABLE hartonomous.model IS 'Models, a row for each revision: those that vectors were made with, and those that inferences name. Shared by all tenants.';
COMMENT ON COLUMN hartonomous.model.revision IS 'Which version of it; of an embedding model the SHA-256 of its weights, in hexadecimal.';
COMMENT ON COLUMN hartonomous.model.dimension IS 'Length of its vectors; null for a model that makes none.';
COMMENT ON COLUMN hartonomous.model.version IS 'Grows with every change.';

CREATE TABLE hartonomous.generation_stream (
    tenant_id  integer     NOT NULL REFERENCES hartonomous.tenant,
    stream_id  bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    name       text,
    model_id   integer     REFERENCES hartonomous.model,
    state      text        NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'complete', 'failed')),
    error_text text,
    metadata   jsonb,
    version    bigint      NOT NULL DEFAULT nextval('hartonomous.state_version'),
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at   timestamptz,
    PRIMARY KEY (tenant_id, stream_id),
    CHECK ((state = 'running') = (ended_at IS NULL)),
    CHECK (state = 'failed' OR error_text IS NULL)
);
COMMENT ON TABLE hartonomous.generation_stream IS 'A stretch of generating: the atoms that one run of a model gave, in order.';
COMMENT ON COLUMN hartonomous.generation_stream.tenant_id IS 'Whose it is.';
COMMENT ON COLUMN hartonomous.generation_stream.stream_id IS 'Number, unique over all tenants.';
COMMENT ON COLUMN hartonomous.generation_stream.name IS 'Free text for people.';
COMMENT ON COLUMN hartonomous.generation_stream.model_id IS 'What generated.';
COMMENT ON COLUMN hartonomous.generation_stream.state IS 'running, complete or failed.';
COMMENT ON COLUMN hartonomous.generation_stream.error_text IS 'Of a failed one: what happened.';
COMMENT ON COLUMN hartonomous.generation_stream.metadata IS 'Whatever else the recorder said.';
COMMENT ON COLUMN hartonomous.generation_stream.version IS 'Grows with every change.';
COMMENT ON COLUMN hartonomous.generation_stream.created_at IS 'When it began.';
COMMENT ON COLUMN hartonomous.generation_stream.ended_at IS 'When it ended.';

CREATE TABLE hartonomous.generated_atom (
    tenant_id integer NOT NULL,
    stream_id bigint  NOT NULL,
    ordinal   integer NOT NULL CHECK (ordinal >= 0),
    atom_id   bigint  NOT NULL,
    PRIMARY KEY (tenant_id, stream_id, ordinal),
    FOREIGN KEY (tenant_id, stream_id) REFERENCES hartonomous.generation_stream ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, atom_id) REFERENCES hartonomous.atom ON DELETE CASCADE
);
CREATE INDEX generated_atom_by_atom ON hartonomous.generated_atom (atom_id, tenant_id);
COMMENT ON TABLE hartonomous.generated_atom IS 'What a stream generated.';
COMMENT ON COLUMN hartonomous.generated_atom.tenant_id IS 'Whose it is.';
COMMENT ON COLUMN hartonomous.generated_atom.stream_id IS 'Which stream.';
COMMENT ON COLUMN hartonomous.generated_atom.ordinal IS '0, 1, 2, … in the order of generating.';
COMMENT ON COLUMN hartonomous.generated_atom.atom_id IS 'What came.';

CREATE TABLE hartonomous.inference (
    tenant_id      integer     NOT NULL REFERENCES hartonomous.tenant,
    inference_id   bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    task_type      text        NOT NULL CHECK (task_type <> '' AND octet_length(task_type) <= 1000),
    model_id       integer     REFERENCES hartonomous.model,
    user_id        bigint,
    context        text        CHECK (context IN ('text_generation', 'image_generation', 'audio_generation', 'multimodal', 'embedding_generation', 'semantic_search')),
    reasoning      text[]      NOT NULL DEFAULT '{}' CHECK (reasoning <@ ARRAY['vector_similarity', 'spatial_query', 'graph_traversal', 'hybrid', 'symbolic_logic']),
    state          text        NOT NULL DEFAULT 'complete' CHECK (state IN ('complete', 'failed')),
    confidence     double precision CHECK (confidence BETWEEN 0 AND 1),
    duration_us    bigint      CHECK (duration_us >= 0),
    error_type     text        CHECK (octet_length(error_type) <= 1000),
    error_text     text,
    metadata       jsonb,
    version        bigint      NOT NULL DEFAULT nextval('hartonomous.state_version'),
    created_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, inference_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES hartonomous.user_account,
    CHECK (state = 'failed' OR (error_type IS NULL AND error_text IS NULL))
);
COMMENT ON TABLE hartonomous.inference IS 'One answer of a model: what it was asked for, what it rested on, how sure it was.';
COMMENT ON COLUMN hartonomous.inference.tenant_id IS 'Whose it is.';
COMMENT ON COLUMN hartonomous.inference.inference_id IS 'Number, unique over all tenants.';
COMMENT ON COLUMN hartonomous.inference.task_type IS 'answer, classify, search, …: the recorder''s word.';
COMMENT ON COLUMN hartonomous.inference.model_id IS 'Which model, in which revision.';
COMMENT ON COLUMN hartonomous.inference.user_id IS 'Who asked.';
COMMENT ON COLUMN hartonomous.inference.context IS 'What it was part of; one of the graph''s contexts.';
COMMENT ON COLUMN hartonomous.inference.reasoning IS 'How it came about; of the graph''s reasoning modes.';
COMMENT ON COLUMN hartonomous.inference.state IS 'complete or failed.';
COMMENT ON COLUMN hartonomous.inference.confidence IS 'How sure the model was, 0 to 1.';
COMMENT ON COLUMN hartonomous.inference.duration_us IS 'Microseconds it took.';
COMMENT ON COLUMN hartonomous.inference.error_type IS 'Of a failed one: a short word, the same for the same kind of failure.';
COMMENT ON COLUMN hartonomous.inference.error_text IS 'Of a failed one: what happened.';
COMMENT ON COLUMN hartonomous.inference.metadata IS 'Whatever else the recorder said.';
COMMENT ON COLUMN hartonomous.inference.version IS 'Grows with every change, also of what hangs on it.';
COMMENT ON COLUMN hartonomous.inference.created_at IS 'When it was made.';

CREATE TABLE hartonomous.inference_atom (
    tenant_id    integer NOT NULL,
    inference_id bigint  NOT NULL,
    role         text    NOT NULL CHECK (role IN ('input', 'used', 'output')),
    ordinal      integer NOT NULL CHECK (ordinal >= 0),
    atom_id      bigint  NOT NULL,
    influence    double precision CHECK (influence BETWEEN 0 AND 1),
    PRIMARY KEY (tenant_id, inference_id, role, ordinal),
    FOREIGN KEY (tenant_id, inference_id) REFERENCES hartonomous.inference ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, atom_id) REFERENCES hartonomous.atom ON DELETE CASCADE,
    CHECK (role = 'used' OR influence IS NULL)
);
CREATE INDEX inference_atom_by_atom ON hartonomous.inference_atom (atom_id, tenant_id);
COMMENT ON TABLE hartonomous.inference_atom IS 'Atoms that an inference was given, rested on, or made.';
COMMENT ON COLUMN hartonomous.inference_atom.tenant_id IS 'Whose it is.';
COMMENT ON COLUMN hartonomous.inference_atom.inference_id IS 'Which inference.';
COMMENT ON COLUMN hartonomous.inference_atom.role IS 'input: given to it; used: found and rested on; output: made.';
COMMENT ON COLUMN hartonomous.inference_atom.ordinal IS '0, 1, 2, … in the recorder''s order.';
COMMENT ON COLUMN hartonomous.inference_atom.atom_id IS 'The atom.';
COMMENT ON COLUMN hartonomous.inference_atom.influence IS 'Of one used: how much the answer owes to it, 0 to 1.';

CREATE TABLE hartonomous.inference_alternative (
    tenant_id    integer NOT NULL,
    inference_id bigint  NOT NULL,
    rank         integer NOT NULL CHECK (rank >= 1),
    description  text    NOT NULL,
    confidence   double precision CHECK (confidence BETWEEN 0 AND 1),
    chosen       boolean NOT NULL DEFAULT false,
    reason       text,
    PRIMARY KEY (tenant_id, inference_id, rank),
    FOREIGN KEY (tenant_id, inference_id) REFERENCES hartonomous.inference ON DELETE CASCADE
);
COMMENT ON TABLE hartonomous.inference_alternative IS 'What an inference could have answered; nodes Decision in the graph.';
COMMENT ON COLUMN hartonomous.inference_alternative.tenant_id IS 'Whose it is.';
COMMENT ON COLUMN hartonomous.inference_alternative.inference_id IS 'Which inference.';
COMMENT ON COLUMN hartonomous.inference_alternative.rank IS '1 for the best.';
COMMENT ON COLUMN hartonomous.inference_alternative.description IS 'The alternative.';
COMMENT ON COLUMN hartonomous.inference_alternative.confidence IS 'How sure the model was of it, 0 to 1.';
COMMENT ON COLUMN hartonomous.inference_alternative.chosen IS 'Is it the one that was given?';
COMMENT ON COLUMN hartonomous.inference_alternative.reason IS 'Why it was or was not.';

CREATE TABLE hartonomous.inference_feedback (
    tenant_id    integer     NOT NULL,
    inference_id bigint      NOT NULL,
    feedback_id  bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    user_id      bigint,
    rating       double precision NOT NULL CHECK (rating BETWEEN 0 AND 1),
    comment      text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, inference_id, feedback_id),
    FOREIGN KEY (tenant_id, inference_id) REFERENCES hartonomous.inference ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, user_id) REFERENCES hartonomous.user_account
);
COMMENT ON TABLE hartonomous.inference_feedback IS 'What people said of an inference.';
COMMENT ON COLUMN hartonomous.inference_feedback.tenant_id IS 'Whose it is.';
COMMENT ON COLUMN hartonomous.inference_feedback.inference_id IS 'Which inference.';
COMMENT ON COLUMN hartonomous.inference_feedback.feedback_id IS 'Number, unique over all tenants.';
COMMENT ON COLUMN hartonomous.inference_feedback.user_id IS 'Who said it.';
COMMENT ON COLUMN hartonomous.inference_feedback.rating IS '0 useless to 1 perfect.';
COMMENT ON COLUMN hartonomous.inference_feedback.comment IS 'In their words.';
COMMENT ON COLUMN hartonomous.inference_feedback.created_at IS 'When.';

CREATE TABLE hartonomous.access_event (
    tenant_id  integer     NOT NULL,
    access_id  bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    user_id    bigint      NOT NULL,
    atom_id    bigint      NOT NULL,
    action     text        NOT NULL CHECK (action IN ('read', 'search', 'export', 'change', 'delete')),
    allowed    boolean     NOT NULL,
    reason     text,
    version    bigint      NOT NULL DEFAULT nextval('hartonomous.state_version'),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, access_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES hartonomous.user_account,
    FOREIGN KEY (tenant_id, atom_id) REFERENCES hartonomous.atom ON DELETE CASCADE
);
CREATE INDEX access_event_by_atom ON hartonomous.access_event (atom_id, tenant_id);
CREATE INDEX access_event_by_user ON hartonomous.access_event (user_id, tenant_id);
COMMENT ON TABLE hartonomous.access_event IS 'Somebody looked at an atom, or tried to, as the programs on top report it.';
COMMENT ON COLUMN hartonomous.access_event.tenant_id IS 'Whose it is.';
COMMENT ON COLUMN hartonomous.access_event.access_id IS 'Number, unique over all tenants.';
COMMENT ON COLUMN hartonomous.access_event.user_id IS 'Who.';
COMMENT ON COLUMN hartonomous.access_event.atom_id IS 'What: as a rule the atom of a document.';
COMMENT ON COLUMN hartonomous.access_event.action IS 'read, search, export, change or delete.';
COMMENT ON COLUMN hartonomous.access_event.allowed IS 'Was it let happen?';
COMMENT ON COLUMN hartonomous.access_event.reason IS 'Why, or why not.';
COMMENT ON COLUMN hartonomous.access_event.version IS 'Grows with every change.';
COMMENT ON COLUMN hartonomous.access_event.created_at IS 'When.';

CREATE TABLE hartonomous.classification (
    tenant_id  integer     NOT NULL,
    atom_id    bigint      NOT NULL,
    level      text        NOT NULL CHECK (level IN ('public', 'internal', 'confidential', 'restricted')),
    reason     text,
    version    bigint      NOT NULL DEFAULT nextval('hartonomous.state_version'),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, atom_id),
    FOREIGN KEY (tenant_id, atom_id) REFERENCES hartonomous.atom ON DELETE CASCADE
);
COMMENT ON TABLE hartonomous.classification IS 'How sensitive an atom is: as a rule the atom of a document.';
COMMENT ON COLUMN hartonomous.classification.tenant_id IS 'Whose it is.';
COMMENT ON COLUMN hartonomous.classification.atom_id IS 'The atom.';
COMMENT ON COLUMN hartonomous.classification.level IS 'public, internal, confidential or restricted.';
COMMENT ON COLUMN hartonomous.classification.reason IS 'Why.';
COMMENT ON COLUMN hartonomous.classification.version IS 'Grows with every change.';
COMMENT ON COLUMN hartonomous.classification.created_at IS 'When it was said, or last changed.';

CREATE TABLE hartonomous.compliance_rule (
    tenant_id      integer     NOT NULL REFERENCES hartonomous.tenant,
    rule_id        bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    name           text        NOT NULL CHECK (name <> ''),
    description    text,
    level          text        NOT NULL CHECK (level IN ('public', 'internal', 'confidential', 'restricted')),
    retention_days integer     CHECK (retention_days >= 0),
    version        bigint      NOT NULL DEFAULT nextval('hartonomous.state_version'),
    created_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, rule_id),
    UNIQUE (name, tenant_id)
);
COMMENT ON TABLE hartonomous.compliance_rule IS 'What has to be done with atoms of a classification.';
COMMENT ON COLUMN hartonomous.compliance_rule.tenant_id IS 'Whose it is.';
COMMENT ON COLUMN hartonomous.compliance_rule.rule_id IS 'Number, unique over all tenants.';
COMMENT ON COLUMN hartonomous.compliance_rule.name IS 'Short name; one rule of a tenant each.';
COMMENT ON COLUMN hartonomous.compliance_rule.description IS 'The rule.';
COMMENT ON COLUMN hartonomous.compliance_rule.level IS 'The classification it applies to.';
COMMENT ON COLUMN hartonomous.compliance_rule.retention_days IS 'How long atoms may be kept; null: as long as one likes.';
COMMENT ON COLUMN hartonomous.compliance_rule.version IS 'Grows with every change.';
COMMENT ON COLUMN hartonomous.compliance_rule.created_at IS 'When it was made.';

-- What is in the graph -------------------------------------------------------------------------------------------

CREATE VIEW hartonomous.graph_entity AS
SELECT 'Tenant' AS kind, 0 AS tenant_id, t.tenant_id::bigint AS id, true AS is_due FROM hartonomous.tenant t
UNION ALL SELECT 'User', u.tenant_id, u.user_id, true FROM hartonomous.user_account u
UNION ALL SELECT 'Model', 0, m.model_id, true FROM hartonomous.model m
UNION ALL SELECT 'Atom', a.tenant_id, a.atom_id, true FROM hartonomous.atom a
UNION ALL SELECT 'Operation', o.tenant_id, o.operation_id, true FROM hartonomous.operation o
UNION ALL SELECT 'IngestionJob', j.tenant_id, j.root_atom_id, j.completed_at IS NOT NULL FROM hartonomous.ingestion_job j
UNION ALL SELECT 'Source', s.tenant_id, s.source_id, s.state = 'complete' FROM hartonomous.source s
UNION ALL SELECT DISTINCT 'AtomProvenance', e.tenant_id, e.child_atom_id, true FROM hartonomous.provenance_edge e
UNION ALL SELECT 'Classification', c.tenant_id, c.atom_id, true FROM hartonomous.classification c
UNION ALL SELECT 'ComplianceRule', r.tenant_id, r.rule_id, true FROM hartonomous.compliance_rule r
UNION ALL SELECT 'AccessEvent', e.tenant_id, e.access_id, true FROM hartonomous.access_event e
UNION ALL SELECT 'GenerationStream', g.tenant_id, g.stream_id, true FROM hartonomous.generation_stream g
UNION ALL SELECT 'Inference', i.tenant_id, i.inference_id, true FROM hartonomous.inference i;
COMMENT ON VIEW hartonomous.graph_entity IS 'Every entity that the graph can show: its kind, its tenant (0 for what belongs to none), its number, and whether it has to be there: documents have to from when they are complete.';

CREATE VIEW hartonomous.graph_reference AS
SELECT 'User' AS kind, u.tenant_id, u.user_id AS id, 'Tenant' AS to_kind, 0 AS to_tenant_id, u.tenant_id::bigint AS to_id FROM hartonomous.user_account u
-- The revisions of a model are a chain.
UNION ALL SELECT 'Model', 0, m.model_id, 'Model', 0, n.model_id
          FROM hartonomous.model m JOIN hartonomous.model n ON n.name = m.name AND n.model_id <> m.model_id
UNION ALL SELECT 'Operation', o.tenant_id, o.operation_id, 'User', o.tenant_id, o.user_id FROM hartonomous.operation o WHERE o.user_id IS NOT NULL
UNION ALL SELECT 'Operation', e.tenant_id, e.operation_id, 'Atom', e.tenant_id, far.atom_id
          FROM hartonomous.provenance_edge e CROSS JOIN LATERAL (VALUES (e.child_atom_id), (e.parent_atom_id)) AS far (atom_id)
          WHERE e.operation_id IS NOT NULL
UNION ALL SELECT 'IngestionJob', j.tenant_id, j.root_atom_id, 'Atom', j.tenant_id, j.root_atom_id FROM hartonomous.ingestion_job j
UNION ALL SELECT 'Source', s.tenant_id, s.source_id, 'Tenant', 0, s.tenant_id FROM hartonomous.source s
UNION ALL SELECT 'Source', s.tenant_id, s.source_id, 'Atom', s.tenant_id, s.root_atom_id FROM hartonomous.source s WHERE s.root_atom_id IS NOT NULL
UNION ALL SELECT 'Source', s.tenant_id, s.source_id, 'IngestionJob', s.tenant_id, j.root_atom_id
          FROM hartonomous.source s JOIN hartonomous.ingestion_job j ON j.tenant_id = s.tenant_id AND j.root_atom_id = s.root_atom_id
UNION ALL SELECT 'Source', s.tenant_id, s.source_id, 'Source', s.tenant_id, s.parent_source_id FROM hartonomous.source s WHERE s.parent_source_id IS NOT NULL
UNION ALL SELECT 'AtomProvenance', e.tenant_id, e.child_atom_id, 'Atom', e.tenant_id, far.atom_id
          FROM hartonomous.provenance_edge e CROSS JOIN LATERAL (VALUES (e.child_atom_id), (e.parent_atom_id)) AS far (atom_id)
UNION ALL SELECT 'Classification', c.tenant_id, c.atom_id, 'Atom', c.tenant_id, c.atom_id FROM hartonomous.classification c
UNION ALL SELECT 'AccessEvent', e.tenant_id, e.access_id, 'User', e.tenant_id, e.user_id FROM hartonomous.access_event e
UNION ALL SELECT 'AccessEvent', e.tenant_id, e.access_id, 'Atom', e.tenant_id, e.atom_id FROM hartonomous.access_event e
UNION ALL SELECT 'GenerationStream', g.tenant_id, g.stream_id, 'Model', 0, g.model_id FROM hartonomous.generation_stream g WHERE g.model_id IS NOT NULL
UNION ALL SELECT 'GenerationStream', g.tenant_id, g.stream_id, 'Atom', g.tenant_id, g.atom_id FROM hartonomous.generated_atom g
UNION ALL SELECT 'Inference', i.tenant_id, i.inference_id, 'Model', 0, i.model_id FROM hartonomous.inference i WHERE i.model_id IS NOT NULL
UNION ALL SELECT 'Inference', i.tenant_id, i.inference_id, 'User', i.tenant_id, i.user_id FROM hartonomous.inference i WHERE i.user_id IS NOT NULL
UNION ALL SELECT 'Inference', f.tenant_id, f.inference_id, 'User', f.tenant_id, f.user_id FROM hartonomous.inference_feedback f WHERE f.user_id IS NOT NULL
UNION ALL SELECT 'Inference', a.tenant_id, a.inference_id, 'Atom', a.tenant_id, a.atom_id FROM hartonomous.inference_atom a;
COMMENT ON VIEW hartonomous.graph_reference IS 'Which entities of the graph have to be there before another is written, since relationships of its lead there.';

CREATE FUNCTION hartonomous.microseconds(at timestamptz) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT (extract(epoch FROM at) * 1000000)::bigint $$;
COMMENT ON FUNCTION hartonomous.microseconds IS 'Microseconds since 1970: a time as the graph''s states and the provenance questions have it.';

-- Whatever ran and may have gone wrong -----------------------------------------------------------------------------

CREATE VIEW hartonomous.operation_status AS
SELECT o.tenant_id, 'operation' AS kind, o.operation_id::text AS id, o.operation_id AS number, o.operation_type AS type, o.name, o.user_id,
       o.state, o.state = 'failed' AS is_wrong, o.error_type, o.error_text, o.created_at, o.ended_at,
       hartonomous.microseconds(o.ended_at) - hartonomous.microseconds(o.created_at) AS duration_us
FROM hartonomous.operation o
UNION ALL
SELECT j.tenant_id, 'ingestion', 'ingestion:' || j.root_atom_id, j.root_atom_id, 'ingestion', j.atomizer, NULL,
       CASE WHEN j.completed_at IS NULL THEN 'running' ELSE 'complete' END, j.problem IS NOT NULL,
       CASE WHEN j.problem IS NOT NULL THEN 'problem' END, j.problem, j.started_at, j.completed_at,
       hartonomous.microseconds(j.completed_at) - hartonomous.microseconds(j.started_at)
FROM hartonomous.ingestion_job j
UNION ALL
SELECT i.tenant_id, 'inference', i.inference_id::text, i.inference_id, i.task_type, NULL, i.user_id, i.state, i.state = 'failed',
       i.error_type, i.error_text, i.created_at, i.created_at, i.duration_us
FROM hartonomous.inference i
UNION ALL
SELECT g.tenant_id, 'generation', g.stream_id::text, g.stream_id, 'generation', g.name, NULL, g.state, g.state = 'failed', NULL,
       g.error_text, g.created_at, g.ended_at, hartonomous.microseconds(g.ended_at) - hartonomous.microseconds(g.created_at)
FROM hartonomous.generation_stream g
UNION ALL
SELECT s.tenant_id, 'source', s.source_id::text, s.source_id, 'delivery', s.file_name, NULL, s.state, s.problem IS NOT NULL,
       CASE WHEN s.problem IS NOT NULL THEN 'problem' END, s.problem, s.created_at, s.completed_at,
       hartonomous.microseconds(s.completed_at) - hartonomous.microseconds(s.created_at)
FROM hartonomous.source s;
COMMENT ON VIEW hartonomous.operation_status IS 'Operations, ingestion jobs, inferences, generation streams and deliveries of documents, each with how it went: kind, its id as the graph has it and as a number, is_wrong where it failed or has a problem.';
GRANT SELECT ON hartonomous.operation_status TO hartonomous_operator;

-- Telling the graph ----------------------------------------------------------------------------------------------

CREATE FUNCTION hartonomous.bump_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.version := nextval('hartonomous.state_version'); -- the row is locked by now: later is greater
    RETURN NEW;
END $$;
COMMENT ON FUNCTION hartonomous.bump_version IS 'Row trigger: what changes gets a greater version.';

-- Arguments: pairs of an EntityType and the column that has the entity's number. What belongs to no tenant has no tenant_id. Messages are sent with
-- the right of who makes the change: broker.service_sender names all that may.
CREATE FUNCTION hartonomous.tell_graph_of_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN -- before and after: a link may get another child or operation
        PERFORM hartonomous.tell_graph(TG_ARGV[told.n], told.tenant_id, told.ids)
        FROM (SELECT pair.n, (item.row ->> 'tenant_id')::integer AS tenant_id, array_agg(DISTINCT (item.row ->> TG_ARGV[pair.n + 1])::bigint) AS ids
              FROM (SELECT to_jsonb(b) AS row FROM before b UNION ALL SELECT to_jsonb(c) FROM changed c) AS item
              CROSS JOIN generate_series(0, TG_NARGS - 2, 2) AS pair (n)
              WHERE item.row ->> TG_ARGV[pair.n + 1] IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2) AS told;
    ELSE
        PERFORM hartonomous.tell_graph(TG_ARGV[told.n], told.tenant_id, told.ids)
        FROM (SELECT pair.n, (item.row ->> 'tenant_id')::integer AS tenant_id, array_agg(DISTINCT (item.row ->> TG_ARGV[pair.n + 1])::bigint) AS ids
              FROM (SELECT to_jsonb(c) AS row FROM changed c OFFSET 0) AS item
              CROSS JOIN generate_series(0, TG_NARGS - 2, 2) AS pair (n)
              WHERE item.row ->> TG_ARGV[pair.n + 1] IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2) AS told;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION hartonomous.tell_graph_of_change IS 'Statement trigger: asks that the graph be made equal to what changed; where nothing did, it sends nothing.';

CREATE FUNCTION hartonomous.tell_graph_of_inference() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM broker.send_many('ClientService', 'Neo4jSyncService', 'Neo4jSyncContract', 'InferenceCompleted',
                             array_agg(jsonb_build_object('TenantId', c.tenant_id, 'InferenceId', c.inference_id) ORDER BY c.inference_id))
    FROM changed c HAVING count(*) > 0;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION hartonomous.tell_graph_of_inference IS 'Statement trigger: InferenceCompleted for each new inference.';

-- Arguments: the table, and the column that numbers its rows. What this transaction has written already is told with it.
CREATE FUNCTION hartonomous.touch_whole() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    rows constant text := CASE TG_OP WHEN 'UPDATE' THEN 'SELECT * FROM before UNION ALL SELECT * FROM changed' ELSE 'SELECT * FROM changed' END;
BEGIN
    EXECUTE format('UPDATE hartonomous.%1$I AS whole SET version = whole.version FROM (SELECT DISTINCT c.tenant_id, c.%2$I FROM (%3$s) AS c) AS part'
                   ' WHERE whole.tenant_id = part.tenant_id AND whole.%2$I = part.%2$I AND whole.xmin <> pg_current_xact_id()::xid',
                   TG_ARGV[0], TG_ARGV[1], rows);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION hartonomous.touch_whole IS 'Statement trigger of what is a part of something: that gets a greater version, and its own trigger tells the graph.';

-- Inserting a tenant tells nobody: its first source brings it along. So does a source its ingestion job.
DO $$
DECLARE
    of record;
    change text;
BEGIN
    FOR of IN SELECT * FROM (VALUES
        ('tenant', '{UPDATE,DELETE}'::text[], 'tell_graph_of_change(''Tenant'', ''tenant_id'')', true),
        ('user_account', '{INSERT,UPDATE,DELETE}', 'tell_graph_of_change(''User'', ''user_id'')', true),
        ('operation', '{INSERT,UPDATE,DELETE}', 'tell_graph_of_change(''Operation'', ''operation_id'')', true),
        ('provenance_edge', '{INSERT,UPDATE,DELETE}', 'tell_graph_of_change(''AtomProvenance'', ''child_atom_id'', ''Operation'', ''operation_id'')', true),
        ('ingestion_job', '{DELETE}', 'tell_graph_of_change(''IngestionJob'', ''root_atom_id'')', false),
        ('model', '{INSERT,UPDATE,DELETE}', 'tell_graph_of_change(''Model'', ''model_id'')', true),
        ('generation_stream', '{INSERT,UPDATE,DELETE}', 'tell_graph_of_change(''GenerationStream'', ''stream_id'')', true),
        ('generated_atom', '{INSERT,UPDATE,DELETE}', 'touch_whole(''generation_stream'', ''stream_id'')', false),
        ('inference', '{INSERT}', 'tell_graph_of_inference()', false),
        ('inference', '{UPDATE,DELETE}', 'tell_graph_of_change(''Inference'', ''inference_id'')', true),
        ('inference_atom', '{INSERT,UPDATE,DELETE}', 'touch_whole(''inference'', ''inference_id'')', false),
        ('inference_alternative', '{INSERT,UPDATE,DELETE}', 'touch_whole(''inference'', ''inference_id'')', false),
        ('inference_feedback', '{INSERT,UPDATE,DELETE}', 'touch_whole(''inference'', ''inference_id'')', false),
        ('access_event', '{INSERT,UPDATE,DELETE}', 'tell_graph_of_change(''AccessEvent'', ''access_id'')', true),
        ('classification', '{INSERT,UPDATE,DELETE}', 'tell_graph_of_change(''Classification'', ''atom_id'')', true),
        ('compliance_rule', '{INSERT,UPDATE,DELETE}', 'tell_graph_of_change(''ComplianceRule'', ''rule_id'')', true)
    ) AS row (name, changes, call, versioned) LOOP
        IF of.versioned THEN
            EXECUTE format('CREATE TRIGGER bump_version BEFORE UPDATE ON hartonomous.%I FOR EACH ROW EXECUTE FUNCTION hartonomous.bump_version()', of.name);
        END IF;
        FOREACH change IN ARRAY of.changes LOOP
            EXECUTE format('CREATE TRIGGER %1$I AFTER %2$s ON hartonomous.%3$I REFERENCING %4$s AS changed FOR EACH STATEMENT EXECUTE FUNCTION hartonomous.%5$s',
                           'tell_graph_after_' || lower(change), change, of.name,
                           CASE change WHEN 'INSERT' THEN 'NEW TABLE' WHEN 'DELETE' THEN 'OLD TABLE' ELSE 'OLD TABLE AS before NEW TABLE' END, of.call);
        END LOOP;
    END LOOP;
END $$;

-- Checks of what is handed in -------------------------------------------------------------------------------------

CREATE FUNCTION hartonomous.check_recorder(tenant_id integer) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    bound constant integer := broker.bound_tenant();
BEGIN
    IF bound <> check_recorder.tenant_id THEN
        RAISE EXCEPTION 'role % may not record anything of tenant %', session_user, check_recorder.tenant_id
            USING ERRCODE = '42501', HINT = 'It is bound to one tenant by broker.bind_tenant.';
    END IF;
END $$;
COMMENT ON FUNCTION hartonomous.check_recorder IS 'Refuses who is bound to another tenant.';

CREATE FUNCTION hartonomous.check_tenant(tenant_id integer) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF check_tenant.tenant_id IS NULL THEN
        RAISE EXCEPTION 'tenant id is NULL' USING ERRCODE = '22004';
    END IF;
    PERFORM hartonomous.check_recorder(check_tenant.tenant_id);
    IF NOT EXISTS (SELECT FROM hartonomous.tenant t WHERE t.tenant_id = check_tenant.tenant_id) THEN
        RAISE EXCEPTION 'tenant % does not exist', check_tenant.tenant_id
            USING ERRCODE = '23503', HINT = 'A tenant exists from its first source on, or from hartonomous.set_quota.';
    END IF;
END $$;
COMMENT ON FUNCTION hartonomous.check_tenant IS 'Refuses a tenant that does not exist, and who is bound to another.';

CREATE FUNCTION hartonomous.check_user(tenant_id integer, user_id bigint) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF check_user.user_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM hartonomous.user_account u WHERE u.tenant_id = check_user.tenant_id AND u.user_id = check_user.user_id) THEN
        RAISE EXCEPTION 'tenant % has no user %', check_user.tenant_id, check_user.user_id
            USING ERRCODE = '23503', HINT = 'hartonomous.add_user makes one.';
    END IF;
END $$;
COMMENT ON FUNCTION hartonomous.check_user IS 'Refuses a user that the tenant does not have; null is nobody.';

CREATE FUNCTION hartonomous.check_model(model_id integer) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF check_model.model_id IS NOT NULL AND NOT EXISTS (SELECT FROM hartonomous.model m WHERE m.model_id = check_model.model_id) THEN
        RAISE EXCEPTION 'model % does not exist', check_model.model_id USING ERRCODE = '23503', HINT = 'hartonomous.register_model makes one.';
    END IF;
END $$;
COMMENT ON FUNCTION hartonomous.check_model IS 'Refuses a model that does not exist; null is none.';

CREATE FUNCTION hartonomous.check_word(what text, word text, optional boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF word IS NULL AND NOT optional THEN
        RAISE EXCEPTION '% is NULL', what USING ERRCODE = '22004';
    ELSIF word = '' THEN
        RAISE EXCEPTION '% is empty', what USING ERRCODE = '22023';
    ELSIF octet_length(word) > 1000 THEN
        RAISE EXCEPTION '% has % bytes', what, octet_length(word) USING ERRCODE = '22023', HINT = 'At most 1000: longer text belongs into metadata.';
    END IF;
END $$;
COMMENT ON FUNCTION hartonomous.check_word IS 'Refuses a name or word that is null, empty or over 1,000 bytes.';

CREATE FUNCTION hartonomous.check_choice(what text, word text, allowed text[]) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF word IS NULL THEN
        RAISE EXCEPTION '% is NULL', what USING ERRCODE = '22004', HINT = 'One of ' || array_to_string(allowed, ', ') || '.';
    ELSIF word <> ALL (allowed) THEN
        RAISE EXCEPTION '% is unknown: %', what, quote_literal(left(word, 64)) USING ERRCODE = '22023', HINT = 'One of ' || array_to_string(allowed, ', ') || '.';
    END IF;
END $$;
COMMENT ON FUNCTION hartonomous.check_choice IS 'Refuses a word that is none of those that are allowed.';

CREATE FUNCTION hartonomous.check_level(what text, level text) RETURNS void
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT hartonomous.check_choice(what, level, ARRAY['public', 'internal', 'confidential', 'restricted'])
$$;
COMMENT ON FUNCTION hartonomous.check_level IS 'Refuses what is no classification.';

CREATE FUNCTION hartonomous.check_share(what text, share double precision) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT share BETWEEN 0 AND 1 THEN -- NaN is greater than every number
        RAISE EXCEPTION '% is %, not from 0 to 1', what, share USING ERRCODE = '22023';
    END IF;
END $$;
COMMENT ON FUNCTION hartonomous.check_share IS 'Refuses a number that is not from 0 to 1; null passes.';

-- The order of locking is that of ids, so that nobody waits for each other.
CREATE FUNCTION hartonomous.check_atoms(what text, tenant_id integer, atom_ids bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tenant  constant integer := check_atoms.tenant_id;
    known   bigint;
    unknown bigint;
BEGIN
    IF atom_ids IS NULL OR array_position(atom_ids, NULL) IS NOT NULL THEN
        RAISE EXCEPTION '% % NULL', what, CASE WHEN atom_ids IS NULL THEN 'is' ELSE 'has a' END
            USING ERRCODE = '22004', HINT = 'It is a list of atom ids; an empty one is ''{}''.';
    ELSIF cardinality(atom_ids) = 0 THEN
        RETURN;
    END IF;
    PERFORM FROM hartonomous.atom a WHERE a.tenant_id = tenant AND a.atom_id = ANY (atom_ids) ORDER BY a.atom_id FOR KEY SHARE;
    GET DIAGNOSTICS known = ROW_COUNT;
    IF known <> (SELECT count(DISTINCT id) FROM unnest(atom_ids) AS id) THEN
        SELECT min(id) INTO unknown FROM unnest(atom_ids) AS id
        WHERE NOT EXISTS (SELECT FROM hartonomous.atom a WHERE a.tenant_id = tenant AND a.atom_id = id);
        RAISE EXCEPTION '%: tenant % has no atom %', what, tenant, unknown USING ERRCODE = '23503';
    END IF;
END $$;
COMMENT ON FUNCTION hartonomous.check_atoms IS 'Refuses a list of atoms that is null, or has a null or an atom that the tenant does not have. Those it has stay until the transaction ends.';

-- Whose something is that is named by its number alone: each tenant is asked by the key, whatever statistics say (OFFSET 0).
CREATE FUNCTION hartonomous.tenant_of_atom(atom_id bigint) RETURNS integer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tenant integer;
BEGIN
    IF tenant_of_atom.atom_id IS NULL THEN
        RAISE EXCEPTION 'atom id is NULL' USING ERRCODE = '22004';
    END IF;
    SELECT t.tenant_id INTO tenant FROM hartonomous.tenant t
    CROSS JOIN LATERAL (SELECT FROM hartonomous.atom a WHERE a.tenant_id = t.tenant_id AND a.atom_id = tenant_of_atom.atom_id OFFSET 0) AS found;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'atom % does not exist', tenant_of_atom.atom_id USING ERRCODE = '23503';
    END IF;
    PERFORM hartonomous.check_recorder(tenant);
    RETURN tenant;
END $$;
COMMENT ON FUNCTION hartonomous.tenant_of_atom IS 'Whose an atom is; refuses one that does not exist, and who is bound to another tenant.';

-- Links ----------------------------------------------------------------------------------------------------------

-- No cycle gets in, however many record at once. Whoever adds links holds each child's atom alone and each parent's shared, to the end of the
-- transaction. Then it looks whether anything was derived from the child. If not, the link closes no cycle: go on. If so, it takes the lock below and
-- walks up from the parents; a child that is found there is refused.
-- Why that is enough: say that a cycle was committed. Of two links that meet at an atom (child of one, parent of the other) one saw the other, since
-- their locks exclude each other. A link that was let in by the quick look did not see the one below it; so that one saw it. Going around the cycle,
-- links cannot all have seen their next: one at least walked. Those that walked did so one after the other. The last of them saw all others that
-- walked, and whatever those and it itself had seen: links let in by the quick look were there before the one below them looked. So it saw the whole cycle but
-- for its own link, and refused. This needs every look to see what was committed before it: isolation level READ COMMITTED.
CREATE FUNCTION hartonomous.lock_class_provenance() RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 7721';
COMMENT ON FUNCTION hartonomous.lock_class_provenance IS 'Advisory lock class (key: tenant): held alone by who adds a link that might close a cycle, to the end of the transaction.';

CREATE FUNCTION hartonomous.lock_links(tenant_id integer, children bigint[], parents bigint[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tenant constant integer := lock_links.tenant_id;
    item   record;
BEGIN
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        RAISE EXCEPTION 'links cannot be recorded in a transaction that is %', current_setting('transaction_isolation')
            USING ERRCODE = '25000', HINT = 'In a transaction that is READ COMMITTED the check for cycles sees what others record.';
    END IF;
    PERFORM pg_advisory_xact_lock_shared(hartonomous.lock_class_tenant(), tenant); -- no source is being deleted
    FOR item IN SELECT both_ends.id, bool_or(both_ends.is_child) AS is_child
                FROM (SELECT c.id, true FROM unnest(children) AS c (id) UNION ALL SELECT p.id, false FROM unnest(parents) AS p (id)) AS both_ends (id, is_child)
                GROUP BY both_ends.id ORDER BY both_ends.id LOOP
        IF item.is_child THEN
            PERFORM FROM hartonomous.atom a WHERE a.tenant_id = tenant AND a.atom_id = item.id FOR NO KEY UPDATE;
        ELSE
            PERFORM FROM hartonomous.atom a WHERE a.tenant_id = tenant AND a.atom_id = item.id FOR SHARE;
        END IF;
        IF NOT FOUND THEN
            RETURN item.id;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION hartonomous.lock_links IS 'Locks both ends of links that are to be added. Returns an atom that the tenant does not have, null where it has all.';

-- A walk goes by the key, whatever the statistics of a table that fills quickly say.
CREATE FUNCTION hartonomous.closes_cycle(tenant_id integer, child bigint, parents bigint[]) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hartonomous.lock_class_provenance(), closes_cycle.tenant_id);
    RETURN EXISTS (
        WITH RECURSIVE above (id) AS (
            SELECT unnest(parents)
            UNION
            SELECT e.parent_atom_id FROM above JOIN hartonomous.provenance_edge e ON e.tenant_id = closes_cycle.tenant_id AND e.child_atom_id = above.id)
        SELECT FROM above WHERE above.id = child);
END $$;
COMMENT ON FUNCTION hartonomous.closes_cycle IS 'Was a parent derived from the child, over links of all types? Nobody else in the tenant asks before the transaction ends.';

CREATE FUNCTION hartonomous.link_provenance(parent_atom_ids bigint[], child_atom_id bigint, type text DEFAULT 'DERIVED_FROM', derivation text DEFAULT NULL,
                                            operation_id bigint DEFAULT NULL, weight double precision DEFAULT 1, confidence double precision DEFAULT 1,
                                            metadata jsonb DEFAULT NULL)
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    child   constant bigint := link_provenance.child_atom_id;
    tenant  constant integer := hartonomous.tenant_of_atom(child);
    kind    text := link_provenance.type;
    way     text := link_provenance.derivation;
    parents bigint[];
    unknown bigint;
    linked  integer;
BEGIN
    IF kind ~ '^[a-z][a-z0-9_-]{0,63}$' THEN
        IF way <> kind THEN
            RAISE EXCEPTION 'type % and derivation % contradict each other', quote_literal(kind), quote_literal(left(way, 64))
                USING ERRCODE = '22023', HINT = 'A type in lower case is the derivation.';
        END IF;
        way := kind;
        kind := 'DERIVED_FROM';
    ELSIF kind IS NULL OR kind NOT IN ('DERIVED_FROM', 'SUPERSEDED_BY') THEN
        RAISE EXCEPTION 'unknown type %', coalesce(quote_literal(left(kind, 64)), 'NULL')
            USING ERRCODE = '22023', HINT = 'DERIVED_FROM, SUPERSEDED_BY, or in lower case how the child was derived: summary, translation, …';
    END IF;
    PERFORM hartonomous.check_word('derivation', way, optional => true);
    IF link_provenance.weight IS NULL OR link_provenance.confidence IS NULL THEN
        RAISE EXCEPTION '% is NULL', CASE WHEN link_provenance.weight IS NULL THEN 'weight' ELSE 'confidence' END USING ERRCODE = '22004';
    ELSIF link_provenance.weight IN ('NaN', 'Infinity', '-Infinity') THEN
        RAISE EXCEPTION 'weight is %, not a finite number', link_provenance.weight USING ERRCODE = '22023';
    END IF;
    PERFORM hartonomous.check_share('confidence', link_provenance.confidence);
    IF link_provenance.operation_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM hartonomous.operation o WHERE o.tenant_id = tenant AND o.operation_id = link_provenance.operation_id) THEN
        RAISE EXCEPTION 'tenant % has no operation %', tenant, link_provenance.operation_id
            USING ERRCODE = '23503', HINT = 'The tenant is the child''s; hartonomous.begin_operation makes an operation.';
    END IF;
    IF parent_atom_ids IS NULL OR array_position(parent_atom_ids, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'parents % NULL', CASE WHEN parent_atom_ids IS NULL THEN 'are' ELSE 'have a' END USING ERRCODE = '22004';
    ELSIF child = ANY (parent_atom_ids) THEN
        RAISE EXCEPTION 'atom % cannot come from itself', child USING ERRCODE = '23514';
    END IF;
    SELECT array_agg(DISTINCT p.id) INTO parents FROM unnest(parent_atom_ids) AS p (id)
    WHERE NOT EXISTS (SELECT FROM hartonomous.provenance_edge e
                      WHERE e.tenant_id = tenant AND e.child_atom_id = child AND e.parent_atom_id = p.id AND e.type = kind);
    IF parents IS NULL THEN
        RETURN 0;
    END IF;
    unknown := hartonomous.lock_links(tenant, ARRAY[child], parents);
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'tenant % has no atom %', tenant, unknown USING ERRCODE = '23503', HINT = 'The tenant is the child''s.';
    END IF;
    PERFORM FROM hartonomous.provenance_edge e WHERE e.tenant_id = tenant AND e.parent_atom_id = child LIMIT 1;
    IF FOUND THEN
        IF hartonomous.closes_cycle(tenant, child, parents) THEN
            RAISE EXCEPTION 'atom % would come from itself: one of its parents was made from it', child
                USING ERRCODE = '23514', HINT = 'hartonomousctl lineage shows what a parent was made from.';
        END IF;
    END IF;
    INSERT INTO hartonomous.provenance_edge (tenant_id, child_atom_id, parent_atom_id, type, derivation, operation_id, weight, confidence, metadata)
    SELECT tenant, child, p.id, kind, coalesce(way, CASE kind WHEN 'SUPERSEDED_BY' THEN 'superseded' ELSE 'derived' END), link_provenance.operation_id,
           link_provenance.weight, link_provenance.confidence, link_provenance.metadata
    FROM unnest(parents) AS p (id) ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS linked = ROW_COUNT;
    RETURN linked;
END $$;
COMMENT ON FUNCTION hartonomous.link_provenance IS 'Records that an atom was made from others, or (SUPERSEDED_BY) is the newer version of others. Repeats change nothing. Returns how many links are new.';

-- A document may lie in one with the same bytes (an archive of itself), or in one that lies in it: of what would be a cycle nothing is said.
CREATE FUNCTION hartonomous.link_children(tenant_ids integer[], source_ids bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    lot  record;
    pair record;
BEGIN
    FOR lot IN
        SELECT new.tenant_id, array_agg(new.child) AS children, array_agg(new.parent) AS parents, array_agg(new.relation) AS relations, array_agg(new.file_name) AS names
        FROM (SELECT DISTINCT ON (c.tenant_id, c.root_atom_id, p.root_atom_id)
                     c.tenant_id, c.root_atom_id AS child, p.root_atom_id AS parent, c.relation, c.file_name
              FROM unnest(tenant_ids, source_ids) AS done (tenant_id, source_id)
              JOIN hartonomous.source c ON c.tenant_id = done.tenant_id AND c.source_id = done.source_id
              JOIN hartonomous.source p ON p.tenant_id = c.tenant_id AND p.source_id = c.parent_source_id
              WHERE p.root_atom_id <> c.root_atom_id
                AND NOT EXISTS (SELECT FROM hartonomous.provenance_edge e WHERE e.tenant_id = c.tenant_id AND e.child_atom_id = c.root_atom_id
                                AND e.parent_atom_id = p.root_atom_id AND e.type = 'DERIVED_FROM')
              ORDER BY c.tenant_id, c.root_atom_id, p.root_atom_id, c.source_id) AS new
        GROUP BY new.tenant_id ORDER BY new.tenant_id
    LOOP
        PERFORM hartonomous.lock_links(lot.tenant_id, lot.children, lot.parents);
        INSERT INTO hartonomous.provenance_edge (tenant_id, child_atom_id, parent_atom_id, derivation, metadata)
        SELECT lot.tenant_id, new.child, new.parent, new.relation, jsonb_build_object('name', new.name)
        FROM unnest(lot.children, lot.parents, lot.relations, lot.names) AS new (child, parent, relation, name)
        WHERE new.child <> ALL (lot.parents)
          AND NOT EXISTS (SELECT FROM hartonomous.provenance_edge e WHERE e.tenant_id = lot.tenant_id AND e.parent_atom_id = new.child)
        ON CONFLICT DO NOTHING;
        FOR pair IN SELECT new.* FROM unnest(lot.children, lot.parents, lot.relations, lot.names) AS new (child, parent, relation, name)
                    WHERE NOT EXISTS (SELECT FROM hartonomous.provenance_edge e WHERE e.tenant_id = lot.tenant_id AND e.child_atom_id = new.child
                                      AND e.parent_atom_id = new.parent AND e.type = 'DERIVED_FROM') LOOP
            INSERT INTO hartonomous.provenance_edge (tenant_id, child_atom_id, parent_atom_id, derivation, metadata)
            SELECT lot.tenant_id, pair.child, pair.parent, pair.relation, jsonb_build_object('name', pair.name)
            WHERE NOT hartonomous.closes_cycle(lot.tenant_id, pair.child, ARRAY[pair.parent]) ON CONFLICT DO NOTHING;
        END LOOP;
    END LOOP;
END $$;
COMMENT ON FUNCTION hartonomous.link_children IS 'Documents that lay in others were derived from them: for sources that are complete, called by ingestion.';

-- Users, operations, models ----------------------------------------------------------------------------------------

CREATE FUNCTION hartonomous.add_user(tenant_id integer, name text, clearance text DEFAULT 'internal') RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    id bigint;
BEGIN
    PERFORM hartonomous.check_tenant(add_user.tenant_id);
    PERFORM hartonomous.check_word('name', add_user.name);
    PERFORM hartonomous.check_level('clearance', add_user.clearance);
    LOOP -- until it is there, whoever else adds or removes it
        SELECT u.user_id INTO id FROM hartonomous.user_account u WHERE u.name = add_user.name AND u.tenant_id = add_user.tenant_id;
        IF FOUND THEN
            UPDATE hartonomous.user_account u SET clearance = add_user.clearance
              WHERE u.tenant_id = add_user.tenant_id AND u.user_id = id AND u.clearance <> add_user.clearance;
            RETURN id;
        END IF;
        INSERT INTO hartonomous.user_account (tenant_id, name, clearance) VALUES (add_user.tenant_id, add_user.name, add_user.clearance)
        ON CONFLICT DO NOTHING RETURNING user_id INTO id;
        IF FOUND THEN
            RETURN id;
        END IF;
    END LOOP;
END $$;
COMMENT ON FUNCTION hartonomous.add_user IS 'A user of that name, new or known; a known one gets the clearance. Returns its id.';

CREATE FUNCTION hartonomous.begin_operation(tenant_id integer, operation_type text, name text DEFAULT NULL, user_id bigint DEFAULT NULL,
                                            metadata jsonb DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    id bigint;
BEGIN
    PERFORM hartonomous.check_tenant(begin_operation.tenant_id);
    PERFORM hartonomous.check_word('operation type', begin_operation.operation_type);
    PERFORM hartonomous.check_user(begin_operation.tenant_id, begin_operation.user_id);
    INSERT INTO hartonomous.operation (tenant_id, operation_type, name, user_id, metadata, created_at)
    VALUES (begin_operation.tenant_id, begin_operation.operation_type, begin_operation.name, begin_operation.user_id, begin_operation.metadata, clock_timestamp())
    RETURNING operation_id INTO id;
    RETURN id;
END $$;
COMMENT ON FUNCTION hartonomous.begin_operation IS 'Something begins that makes atoms from atoms; link_provenance names it, end_operation ends it. Returns its id.';

CREATE FUNCTION hartonomous.end_operation(operation_id bigint, error_type text DEFAULT NULL, error_text text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known   hartonomous.operation;
    outcome constant text := CASE WHEN coalesce(end_operation.error_type, end_operation.error_text) IS NULL THEN 'complete' ELSE 'failed' END;
BEGIN
    PERFORM hartonomous.check_word('error type', end_operation.error_type, optional => true);
    SELECT found.* INTO known FROM hartonomous.tenant t
    CROSS JOIN LATERAL (SELECT o.* FROM hartonomous.operation o
                        WHERE o.tenant_id = t.tenant_id AND o.operation_id = end_operation.operation_id OFFSET 0 FOR NO KEY UPDATE) AS found;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'operation % does not exist', coalesce(end_operation.operation_id::text, 'NULL')
            USING ERRCODE = CASE WHEN end_operation.operation_id IS NULL THEN '22004' ELSE '23503' END;
    END IF;
    PERFORM hartonomous.check_recorder(known.tenant_id);
    IF known.state = 'running' THEN
        UPDATE hartonomous.operation o
          SET state = outcome, error_type = end_operation.error_type, error_text = end_operation.error_text, ended_at = clock_timestamp()
          WHERE o.tenant_id = known.tenant_id AND o.operation_id = known.operation_id;
    ELSIF (known.state, known.error_type, known.error_text) IS DISTINCT FROM (outcome, end_operation.error_type, end_operation.error_text) THEN
        RAISE EXCEPTION 'operation % has ended before, as %', known.operation_id, known.state
            USING ERRCODE = '55000', HINT = 'Ending it again is allowed with the same error, or with none as then.';
    END IF;
END $$;
COMMENT ON FUNCTION hartonomous.end_operation IS 'An operation is over; an error makes it failed. Again with the same: nothing changes.';

CREATE FUNCTION hartonomous.register_model(name text, revision text, engine text, dimension integer DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known hartonomous.model;
BEGIN
    PERFORM hartonomous.check_word('name', register_model.name);
    PERFORM hartonomous.check_word('revision', register_model.revision);
    PERFORM hartonomous.check_word('engine', register_model.engine);
    IF register_model.dimension <= 0 THEN
        RAISE EXCEPTION 'dimension is %, not a number from 1', register_model.dimension USING ERRCODE = '22023';
    END IF;
    LOOP -- until it is there, whoever else makes it
        SELECT * INTO known FROM hartonomous.model m WHERE m.name = register_model.name AND m.revision = register_model.revision;
        EXIT WHEN FOUND;
        INSERT INTO hartonomous.model (name, revision, engine, dimension)
        VALUES (register_model.name, register_model.revision, register_model.engine, register_model.dimension)
        ON CONFLICT DO NOTHING RETURNING * INTO known;
        EXIT WHEN FOUND;
    END LOOP;
    IF known.dimension <> register_model.dimension THEN
        RAISE EXCEPTION 'model % has dimension %, not %', known.model_id, known.dimension, register_model.dimension
            USING ERRCODE = '22023', HINT = 'Other vectors are another revision.';
    ELSIF known.dimension IS NULL AND register_model.dimension IS NOT NULL THEN
        UPDATE hartonomous.model m SET dimension = register_model.dimension WHERE m.model_id = known.model_id;
    END IF;
    RETURN known.model_id;
END $$;
COMMENT ON FUNCTION hartonomous.register_model IS 'A revision of a model, new or known. Returns its id. Models are all tenants''.';

-- Generation -----------------------------------------------------------------------------------------------------

CREATE FUNCTION hartonomous.begin_generation(tenant_id integer, name text DEFAULT NULL, model_id integer DEFAULT NULL, metadata jsonb DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    id bigint;
BEGIN
    PERFORM hartonomous.check_tenant(begin_generation.tenant_id);
    PERFORM hartonomous.check_model(begin_generation.model_id);
    INSERT INTO hartonomous.generation_stream (tenant_id, name, model_id, metadata, created_at)
    VALUES (begin_generation.tenant_id, begin_generation.name, begin_generation.model_id, begin_generation.metadata, clock_timestamp())
    RETURNING stream_id INTO id;
    RETURN id;
END $$;
COMMENT ON FUNCTION hartonomous.begin_generation IS 'A model begins to generate atoms; add_generated and end_generation follow. Returns the stream''s id.';

CREATE FUNCTION hartonomous.lock_stream(stream_id bigint) RETURNS hartonomous.generation_stream
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known hartonomous.generation_stream;
BEGIN
    SELECT found.* INTO known FROM hartonomous.tenant t
    CROSS JOIN LATERAL (SELECT g.* FROM hartonomous.generation_stream g
                        WHERE g.tenant_id = t.tenant_id AND g.stream_id = lock_stream.stream_id OFFSET 0 FOR NO KEY UPDATE) AS found;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'generation stream % does not exist', coalesce(lock_stream.stream_id::text, 'NULL')
            USING ERRCODE = CASE WHEN lock_stream.stream_id IS NULL THEN '22004' ELSE '23503' END;
    END IF;
    PERFORM hartonomous.check_recorder(known.tenant_id);
    RETURN known;
END $$;
COMMENT ON FUNCTION hartonomous.lock_stream IS 'A stream, which nobody else changes before the transaction ends; refuses one that does not exist.';

CREATE FUNCTION hartonomous.append_generated(stream hartonomous.generation_stream, atom_ids bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO hartonomous.generated_atom (tenant_id, stream_id, ordinal, atom_id)
    SELECT stream.tenant_id, stream.stream_id, coalesce(last.ordinal, -1) + item.n, item.id
    FROM unnest(atom_ids) WITH ORDINALITY AS item (id, n)
    CROSS JOIN (SELECT max(g.ordinal) AS ordinal FROM hartonomous.generated_atom g
                WHERE g.tenant_id = stream.tenant_id AND g.stream_id = stream.stream_id) AS last
$$;
COMMENT ON FUNCTION hartonomous.append_generated IS 'Private to add_generated and end_generation: numbers the atoms from the last on.';

CREATE FUNCTION hartonomous.add_generated(stream_id bigint, atom_ids bigint[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known constant hartonomous.generation_stream := hartonomous.lock_stream(add_generated.stream_id);
BEGIN
    PERFORM hartonomous.check_atoms('generated atoms', known.tenant_id, add_generated.atom_ids);
    IF known.state <> 'running' THEN
        RAISE EXCEPTION 'generation stream % has ended, as %', known.stream_id, known.state
            USING ERRCODE = '55000', HINT = 'hartonomous.begin_generation begins another.';
    END IF;
    PERFORM hartonomous.append_generated(known, add_generated.atom_ids);
    RETURN cardinality(add_generated.atom_ids);
END $$;
COMMENT ON FUNCTION hartonomous.add_generated IS 'The next atoms of a stream, in the order of generating. Returns how many.';

CREATE FUNCTION hartonomous.end_generation(stream_id bigint, atom_ids bigint[] DEFAULT '{}', error_text text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known   constant hartonomous.generation_stream := hartonomous.lock_stream(end_generation.stream_id);
    outcome constant text := CASE WHEN end_generation.error_text IS NULL THEN 'complete' ELSE 'failed' END;
BEGIN
    IF known.state <> 'running' THEN
        IF cardinality(end_generation.atom_ids) > 0 OR (known.state, known.error_text) IS DISTINCT FROM (outcome, end_generation.error_text) THEN
            RAISE EXCEPTION 'generation stream % has ended before, as %', known.stream_id, known.state
                USING ERRCODE = '55000', HINT = 'Ending it again is allowed without atoms, with the same error, or with none as then.';
        END IF;
        RETURN;
    END IF;
    PERFORM hartonomous.check_atoms('generated atoms', known.tenant_id, end_generation.atom_ids);
    UPDATE hartonomous.generation_stream g SET state = outcome, error_text = end_generation.error_text, ended_at = clock_timestamp()
      WHERE g.tenant_id = known.tenant_id AND g.stream_id = known.stream_id;
    PERFORM hartonomous.append_generated(known, end_generation.atom_ids); -- told with the stream
END $$;
COMMENT ON FUNCTION hartonomous.end_generation IS 'The last atoms of a stream, and its end; an error makes it failed.';

-- Inference ------------------------------------------------------------------------------------------------------

CREATE FUNCTION hartonomous.check_alternatives(alternatives jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    one     record;
    problem text;
BEGIN
    IF jsonb_typeof(alternatives) <> 'array' THEN
        RAISE EXCEPTION 'alternatives are % instead of a list', jsonb_typeof(alternatives)
            USING ERRCODE = '22023', HINT = '[{"description": "…", "confidence": 0.9, "chosen": true, "reason": "…"}, …], the best first.';
    END IF;
    FOR one IN SELECT item.body, item.n FROM jsonb_array_elements(alternatives) WITH ORDINALITY AS item (body, n) LOOP
        problem := CASE
            WHEN jsonb_typeof(one.body) <> 'object' THEN 'it is no object'
            WHEN coalesce(jsonb_typeof(one.body -> 'description'), '') <> 'string' OR one.body ->> 'description' = '' THEN 'description is no text'
            WHEN coalesce(jsonb_typeof(one.body -> 'confidence'), 'null') NOT IN ('number', 'null') THEN 'confidence is no number'
            WHEN coalesce(jsonb_typeof(one.body -> 'chosen'), 'null') NOT IN ('boolean', 'null') THEN 'chosen is neither true nor false'
            WHEN coalesce(jsonb_typeof(one.body -> 'reason'), 'null') NOT IN ('string', 'null') THEN 'reason is no text'
            WHEN one.body - ARRAY['description', 'confidence', 'chosen', 'reason'] <> '{}' THEN 'it has another member'
        END;
        IF problem IS NULL AND NOT coalesce((one.body ->> 'confidence')::numeric, 0) BETWEEN 0 AND 1 THEN
            problem := 'confidence is not from 0 to 1';
        END IF;
        IF problem IS NOT NULL THEN
            RAISE EXCEPTION 'alternative %: %', one.n, problem
                USING ERRCODE = '22023', HINT = 'Its members are description, confidence, chosen and reason.';
        END IF;
    END LOOP;
END $$;
COMMENT ON FUNCTION hartonomous.check_alternatives IS 'Refuses alternatives that are no list of objects as record_inference takes them; null passes.';

CREATE FUNCTION hartonomous.check_influences(influences double precision[], used_atom_ids bigint[]) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF cardinality(influences) <> cardinality(used_atom_ids) THEN
        RAISE EXCEPTION 'there are % influences of % used atoms', cardinality(influences), cardinality(used_atom_ids)
            USING ERRCODE = '22023', HINT = 'One for each, or NULL instead of the list.';
    ELSIF array_position(influences, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'influences have a NULL' USING ERRCODE = '22004';
    END IF;
    PERFORM hartonomous.check_share('influence', share) FROM unnest(influences) AS share;
END $$;
COMMENT ON FUNCTION hartonomous.check_influences IS 'Refuses influences that are not one for each used atom, from 0 to 1; null passes.';

CREATE FUNCTION hartonomous.record_inference(tenant_id integer, task_type text, model_id integer DEFAULT NULL, input_atom_ids bigint[] DEFAULT '{}',
                                             used_atom_ids bigint[] DEFAULT '{}', output_atom_ids bigint[] DEFAULT '{}', confidence double precision DEFAULT NULL,
                                             influences double precision[] DEFAULT NULL, reasoning text[] DEFAULT '{}', context text DEFAULT NULL,
                                             user_id bigint DEFAULT NULL, duration_us bigint DEFAULT NULL, alternatives jsonb DEFAULT NULL,
                                             error_type text DEFAULT NULL, error_text text DEFAULT NULL, metadata jsonb DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    asked constant integer := record_inference.tenant_id;
    id    bigint;
BEGIN
    PERFORM hartonomous.check_tenant(asked);
    PERFORM hartonomous.check_word('task type', record_inference.task_type);
    PERFORM hartonomous.check_model(record_inference.model_id);
    PERFORM hartonomous.check_user(asked, record_inference.user_id);
    PERFORM hartonomous.check_share('confidence', record_inference.confidence);
    PERFORM hartonomous.check_word('error type', record_inference.error_type, optional => true);
    IF record_inference.reasoning IS NULL THEN
        RAISE EXCEPTION 'reasoning is NULL' USING ERRCODE = '22004', HINT = 'A list; an empty one is ''{}''.';
    END IF;
    PERFORM hartonomous.check_choice('reasoning', mode, ARRAY['vector_similarity', 'spatial_query', 'graph_traversal', 'hybrid', 'symbolic_logic'])
    FROM unnest(record_inference.reasoning) AS mode;
    IF record_inference.context IS NOT NULL THEN
        PERFORM hartonomous.check_choice('context', record_inference.context, ARRAY['text_generation', 'image_generation', 'audio_generation', 'multimodal',
                                                                                    'embedding_generation', 'semantic_search']);
    END IF;
    IF record_inference.duration_us < 0 THEN
        RAISE EXCEPTION 'duration is % microseconds', record_inference.duration_us USING ERRCODE = '22023';
    END IF;
    PERFORM hartonomous.check_alternatives(alternatives);
    PERFORM hartonomous.check_atoms('input atoms', asked, input_atom_ids);
    PERFORM hartonomous.check_atoms('used atoms', asked, used_atom_ids);
    PERFORM hartonomous.check_atoms('output atoms', asked, output_atom_ids);
    PERFORM hartonomous.check_influences(influences, used_atom_ids);
    INSERT INTO hartonomous.inference (tenant_id, task_type, model_id, user_id, context, reasoning, state, confidence, duration_us, error_type, error_text, metadata)
    VALUES (asked, record_inference.task_type, record_inference.model_id, record_inference.user_id, record_inference.context, record_inference.reasoning,
            CASE WHEN coalesce(record_inference.error_type, record_inference.error_text) IS NULL THEN 'complete' ELSE 'failed' END,
            record_inference.confidence, record_inference.duration_us, record_inference.error_type, record_inference.error_text, record_inference.metadata)
    RETURNING inference_id INTO id;
    INSERT INTO hartonomous.inference_atom (tenant_id, inference_id, role, ordinal, atom_id, influence)
    SELECT asked, id, part.role, part.n - 1, part.atom, part.influence
    FROM (SELECT 'input' AS role, n, atom, NULL AS influence FROM unnest(input_atom_ids) WITH ORDINALITY AS item (atom, n)
          UNION ALL
          SELECT 'used', n, atom, influence FROM unnest(used_atom_ids, influences) WITH ORDINALITY AS item (atom, influence, n)
          UNION ALL
          SELECT 'output', n, atom, NULL FROM unnest(output_atom_ids) WITH ORDINALITY AS item (atom, n)) AS part;
    INSERT INTO hartonomous.inference_alternative (tenant_id, inference_id, rank, description, confidence, chosen, reason)
    SELECT asked, id, item.n, item.body ->> 'description', (item.body ->> 'confidence')::double precision,
           coalesce((item.body ->> 'chosen')::boolean, false), item.body ->> 'reason'
    FROM jsonb_array_elements(alternatives) WITH ORDINALITY AS item (body, n);
    RETURN id;
END $$;
COMMENT ON FUNCTION hartonomous.record_inference IS 'One answer of a model: what it was given, what it rested on and how much, what it made, how sure it was, what else it could have said (alternatives: a list of {"description", "confidence", "chosen", "reason"}, the best first). An error makes it failed. Sends InferenceCompleted. Returns its id.';

CREATE FUNCTION hartonomous.add_feedback(inference_id bigint, rating double precision, comment text DEFAULT NULL, user_id bigint DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tenant integer;
    id     bigint;
BEGIN
    SELECT t.tenant_id INTO tenant FROM hartonomous.tenant t
    CROSS JOIN LATERAL (SELECT FROM hartonomous.inference i
                        WHERE i.tenant_id = t.tenant_id AND i.inference_id = add_feedback.inference_id OFFSET 0 FOR KEY SHARE) AS found;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'inference % does not exist', coalesce(add_feedback.inference_id::text, 'NULL')
            USING ERRCODE = CASE WHEN add_feedback.inference_id IS NULL THEN '22004' ELSE '23503' END;
    END IF;
    PERFORM hartonomous.check_recorder(tenant);
    IF add_feedback.rating IS NULL THEN
        RAISE EXCEPTION 'rating is NULL' USING ERRCODE = '22004';
    END IF;
    PERFORM hartonomous.check_share('rating', add_feedback.rating);
    PERFORM hartonomous.check_user(tenant, add_feedback.user_id);
    INSERT INTO hartonomous.inference_feedback (tenant_id, inference_id, user_id, rating, comment)
    VALUES (tenant, add_feedback.inference_id, add_feedback.user_id, add_feedback.rating, add_feedback.comment)
    RETURNING feedback_id INTO id;
    RETURN id;
END $$;
COMMENT ON FUNCTION hartonomous.add_feedback IS 'Somebody rates an inference, 0 useless to 1 perfect. Returns the feedback''s id.';

-- Access and its rules ---------------------------------------------------------------------------------------------

CREATE FUNCTION hartonomous.record_access(user_id bigint, atom_id bigint, action text, allowed boolean, reason text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tenant integer;
    id     bigint;
BEGIN
    SELECT t.tenant_id INTO tenant FROM hartonomous.tenant t
    CROSS JOIN LATERAL (SELECT FROM hartonomous.user_account u WHERE u.tenant_id = t.tenant_id AND u.user_id = record_access.user_id OFFSET 0) AS found;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'user % does not exist', coalesce(record_access.user_id::text, 'NULL')
            USING ERRCODE = CASE WHEN record_access.user_id IS NULL THEN '22004' ELSE '23503' END, HINT = 'hartonomous.add_user makes one.';
    END IF;
    PERFORM hartonomous.check_recorder(tenant);
    PERFORM hartonomous.check_atoms('accessed atom', tenant, ARRAY[record_access.atom_id]);
    PERFORM hartonomous.check_choice('action', record_access.action, ARRAY['read', 'search', 'export', 'change', 'delete']);
    IF record_access.allowed IS NULL THEN
        RAISE EXCEPTION 'allowed is NULL' USING ERRCODE = '22004';
    END IF;
    INSERT INTO hartonomous.access_event (tenant_id, user_id, atom_id, action, allowed, reason)
    VALUES (tenant, record_access.user_id, record_access.atom_id, record_access.action, record_access.allowed, record_access.reason)
    RETURNING access_id INTO id;
    RETURN id;
END $$;
COMMENT ON FUNCTION hartonomous.record_access IS 'A user looked at an atom, or was not allowed to. Returns the event''s id.';

CREATE FUNCTION hartonomous.classify(atom_id bigint, level text, reason text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tenant constant integer := hartonomous.tenant_of_atom(classify.atom_id);
BEGIN
    PERFORM hartonomous.check_atoms('classified atom', tenant, ARRAY[classify.atom_id]);
    PERFORM hartonomous.check_level('level', classify.level);
    INSERT INTO hartonomous.classification AS c (tenant_id, atom_id, level, reason) VALUES (tenant, classify.atom_id, classify.level, classify.reason)
    ON CONFLICT ON CONSTRAINT classification_pkey DO UPDATE SET level = excluded.level, reason = excluded.reason, created_at = excluded.created_at
    WHERE (c.level, c.reason) IS DISTINCT FROM (excluded.level, excluded.reason);
END $$;
COMMENT ON FUNCTION hartonomous.classify IS 'Says how sensitive an atom is; the last word counts.';

CREATE FUNCTION hartonomous.set_compliance_rule(tenant_id integer, name text, level text, retention_days integer DEFAULT NULL, description text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    id bigint;
BEGIN
    PERFORM hartonomous.check_tenant(set_compliance_rule.tenant_id);
    PERFORM hartonomous.check_word('name', set_compliance_rule.name);
    PERFORM hartonomous.check_level('level', set_compliance_rule.level);
    IF set_compliance_rule.retention_days < 0 THEN
        RAISE EXCEPTION 'retention is % days', set_compliance_rule.retention_days USING ERRCODE = '22023', HINT = 'NULL is for ever.';
    END IF;
    LOOP -- until it is there, whoever else makes or removes it
        SELECT r.rule_id INTO id FROM hartonomous.compliance_rule r WHERE r.name = set_compliance_rule.name AND r.tenant_id = set_compliance_rule.tenant_id;
        IF FOUND THEN
            UPDATE hartonomous.compliance_rule r
              SET level = set_compliance_rule.level, retention_days = set_compliance_rule.retention_days, description = set_compliance_rule.description
              WHERE r.tenant_id = set_compliance_rule.tenant_id AND r.rule_id = id AND (r.level, r.retention_days, r.description)
                    IS DISTINCT FROM (set_compliance_rule.level, set_compliance_rule.retention_days, set_compliance_rule.description);
            RETURN id;
        END IF;
        INSERT INTO hartonomous.compliance_rule (tenant_id, name, level, retention_days, description)
        VALUES (set_compliance_rule.tenant_id, set_compliance_rule.name, set_compliance_rule.level, set_compliance_rule.retention_days, set_compliance_rule.description)
        ON CONFLICT DO NOTHING RETURNING rule_id INTO id;
        IF FOUND THEN
            RETURN id;
        END IF;
    END LOOP;
END $$;
COMMENT ON FUNCTION hartonomous.set_compliance_rule IS 'What has to be done with atoms of a level; a rule of that name is changed. Returns the rule''s id.';

-- Rights ---------------------------------------------------------------------------------------------------------

-- Programs that record provenance are granted hartonomous_recorder. They send nothing themselves; the triggers do, in their name.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = 'hartonomous_recorder') THEN
        CREATE ROLE hartonomous_recorder NOLOGIN;
    END IF;
END $$;
INSERT INTO broker.service_sender (service, role) VALUES ('Neo4jSyncService', 'hartonomous_recorder'), ('Neo4jSyncService', '"hartonomous-embedding"');
REVOKE ALL ON FUNCTION hartonomous.bump_version, hartonomous.tell_graph_of_change, hartonomous.tell_graph_of_inference, hartonomous.touch_whole,
    hartonomous.check_recorder, hartonomous.check_tenant, hartonomous.check_user, hartonomous.check_model, hartonomous.check_word, hartonomous.check_choice,
    hartonomous.check_level, hartonomous.check_share, hartonomous.check_atoms, hartonomous.tenant_of_atom, hartonomous.lock_links, hartonomous.closes_cycle,
    hartonomous.lock_stream, hartonomous.append_generated, hartonomous.check_alternatives, hartonomous.check_influences, hartonomous.link_children,
    hartonomous.link_provenance, hartonomous.add_user, hartonomous.begin_operation, hartonomous.end_operation, hartonomous.register_model,
    hartonomous.begin_generation, hartonomous.add_generated, hartonomous.end_generation, hartonomous.record_inference, hartonomous.add_feedback,
    hartonomous.record_access, hartonomous.classify, hartonomous.set_compliance_rule FROM PUBLIC;
GRANT USAGE ON SCHEMA hartonomous TO hartonomous_recorder;
GRANT EXECUTE ON FUNCTION hartonomous.link_provenance, hartonomous.add_user, hartonomous.begin_operation, hartonomous.end_operation, hartonomous.register_model,
    hartonomous.begin_generation, hartonomous.add_generated, hartonomous.end_generation, hartonomous.record_inference, hartonomous.add_feedback,
    hartonomous.record_access, hartonomous.classify, hartonomous.set_compliance_rule TO hartonomous_recorder, hartonomous_operator;
GRANT EXECUTE ON FUNCTION hartonomous.link_children TO "hartonomous-ingestion";
GRANT SELECT ON ALL TABLES IN SCHEMA hartonomous TO hartonomous_operator, "hartonomous-graph-sync";
REVOKE SELECT ON hartonomous.content_chunk, hartonomous.embedding, hartonomous.fetched, hartonomous.tenant_usage, hartonomous.tenant_status FROM "hartonomous-graph-sync";
