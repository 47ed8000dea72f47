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
SELECT 'Tenant' AS kind, 0 AS tenant_id, t.tenant_id::bigint AS id FROM hartonomous.tenant t
UNION ALL SELECT 'User', u.tenant_id, u.user_id FROM hartonomous.user_account u
UNION ALL SELECT 'Model', 0, m.model_id FROM hartonomous.model m
UNION ALL SELECT 'Atom', a.tenant_id, a.atom_id FROM hartonomous.atom a
UNION ALL SELECT 'Operation', o.tenant_id, o.operation_id FROM hartonomous.operation o
UNION ALL SELECT 'IngestionJob', j.tenant_id, j.root_atom_id FROM hartonomous.ingestion_job j
UNION ALL SELECT 'Source', s.tenant_id, s.source_id FROM hartonomous.source s
UNION ALL SELECT DISTINCT 'AtomProvenance', e.tenant_id, e.child_atom_id FROM hartonomous.provenance_edge e
UNION ALL SELECT 'Classification', c.tenant_id, c.atom_id FROM hartonomous.classification c
UNION ALL SELECT 'ComplianceRule', r.tenant_id, r.rule_id FROM hartonomous.compliance_rule r
UNION ALL SELECT 'AccessEvent', e.tenant_id, e.access_id FROM hartonomous.access_event e
UNION ALL SELECT 'GenerationStream', g.tenant_id, g.stream_id FROM hartonomous.generation_stream g
UNION ALL SELECT 'Inference', i.tenant_id, i.inference_id FROM hartonomous.inference i;
COMMENT ON VIEW hartonomous.graph_entity IS 'Every entity that the graph shows: its kind, its tenant (0 for what belongs to none), its number.';

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
