-- Content as data: tenants, sources, atoms, compositions, provenance, models and embeddings.
-- Every key has tenant_id in it, so that the schema can be distributed by it without change. A primary key is led by it; what else is
-- unique or indexed is not: while a table is new and without statistics, PostgreSQL would take any index that is led by it for looking up
-- a row by its primary key, and read all rows of a tenant.

CREATE SCHEMA hartonomous;
COMMENT ON SCHEMA hartonomous IS 'Content-addressed atoms, where they came from, how they are put together, and what was computed from them.';

CREATE TABLE hartonomous.tenant (
    tenant_id  integer     NOT NULL PRIMARY KEY CHECK (tenant_id >= 0),
    name       text,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE hartonomous.tenant IS 'Whose content it is. A tenant exists from its first source on.';
COMMENT ON COLUMN hartonomous.tenant.tenant_id IS 'Number chosen by the operator.';
COMMENT ON COLUMN hartonomous.tenant.name IS 'Free text for people.';
COMMENT ON COLUMN hartonomous.tenant.created_at IS 'When its first source came.';

CREATE TABLE hartonomous.atom (
    tenant_id      integer     NOT NULL, -- without a foreign key: each new atom would lock the one row of its tenant; the source has one
    atom_id        bigint      NOT NULL GENERATED ALWAYS AS IDENTITY (CACHE 256), -- a session keeps some ahead: fewer log records
    modality       text        NOT NULL,
    subtype        text        NOT NULL,
    content_type   text,
    content_hash   bytea       NOT NULL CHECK (octet_length(content_hash) = 32),
    size           bigint      NOT NULL CHECK (size >= 0),
    atomic_value   bytea       NOT NULL CHECK (octet_length(atomic_value) <= 64),
    content        bytea,
    canonical_text text,
    metadata       jsonb,
    created_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, atom_id),
    UNIQUE (content_hash, tenant_id, modality, subtype)
);
ALTER TABLE hartonomous.atom ALTER COLUMN content SET COMPRESSION lz4, ALTER COLUMN canonical_text SET COMPRESSION lz4;
COMMENT ON TABLE hartonomous.atom IS 'A distinct piece of content. Never changes; two pieces with equal bytes, modality and subtype are one atom of a tenant.';
COMMENT ON COLUMN hartonomous.atom.tenant_id IS 'Whose it is.';
COMMENT ON COLUMN hartonomous.atom.atom_id IS 'Number, unique over all tenants.';
COMMENT ON COLUMN hartonomous.atom.modality IS 'text, binary, …: how its bytes are to be understood.';
COMMENT ON COLUMN hartonomous.atom.subtype IS 'sentence, heading, chunk, document, …: what it is within its modality.';
COMMENT ON COLUMN hartonomous.atom.content_type IS 'Media type, where it has one of its own.';
COMMENT ON COLUMN hartonomous.atom.content_hash IS 'SHA-256 of the content bytes.';
COMMENT ON COLUMN hartonomous.atom.size IS 'Content bytes.';
COMMENT ON COLUMN hartonomous.atom.atomic_value IS 'The content where it has at most 64 bytes; else SHA-256 and the first 32 content bytes.';
COMMENT ON COLUMN hartonomous.atom.content IS 'Content over 64 bytes that is neither canonical_text nor given by its composition.';
COMMENT ON COLUMN hartonomous.atom.canonical_text IS 'The content as text, where it is text. In UTF-8 its bytes are the content.';
COMMENT ON COLUMN hartonomous.atom.metadata IS 'overflow and original_size for content over 64 bytes; what an atomizer found out.';
COMMENT ON COLUMN hartonomous.atom.created_at IS 'When it was first seen.';

CREATE SEQUENCE hartonomous.state_version;
COMMENT ON SEQUENCE hartonomous.state_version IS 'Grows with every change of an entity that can change; guards the graph against older state.';

CREATE TABLE hartonomous.source (
    tenant_id             integer     NOT NULL REFERENCES hartonomous.tenant,
    source_id             bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    uri                   text,
    file_name             text        NOT NULL,
    declared_content_type text,
    content_type          text,
    size                  bigint      CHECK (size >= 0),
    content_hash          bytea       CHECK (octet_length(content_hash) = 32),
    state                 text        NOT NULL DEFAULT 'staging' CHECK (state IN ('staging', 'queued', 'atomizing', 'complete')),
    root_atom_id          bigint,
    parent_source_id      bigint,
    relation              text        CHECK (relation ~ '^[a-z0-9-]{1,32}$'),
    depth                 integer     NOT NULL DEFAULT 0 CHECK (depth >= 0),
    problem               text,
    version               bigint      NOT NULL DEFAULT nextval('hartonomous.state_version'),
    created_at            timestamptz NOT NULL DEFAULT now(),
    completed_at          timestamptz,
    PRIMARY KEY (tenant_id, source_id),
    FOREIGN KEY (tenant_id, root_atom_id) REFERENCES hartonomous.atom,
    FOREIGN KEY (tenant_id, parent_source_id) REFERENCES hartonomous.source,
    CHECK ((parent_source_id IS NULL) = (relation IS NULL) AND (parent_source_id IS NULL) = (depth = 0))
);
CREATE INDEX source_by_parent ON hartonomous.source (parent_source_id, tenant_id) WHERE parent_source_id IS NOT NULL;
CREATE INDEX source_by_hash ON hartonomous.source (content_hash, tenant_id, md5(uri)); -- a URI may be longer than an index entry
CREATE INDEX source_by_root ON hartonomous.source (root_atom_id, tenant_id);
CREATE INDEX source_unfinished ON hartonomous.source (created_at) WHERE state <> 'complete';
COMMENT ON TABLE hartonomous.source IS 'One delivery of a document: where content came from.';
COMMENT ON COLUMN hartonomous.source.tenant_id IS 'Whose it is.';
COMMENT ON COLUMN hartonomous.source.source_id IS 'Number, unique over all tenants.';
COMMENT ON COLUMN hartonomous.source.uri IS 'Where it was found, e.g. file:///usr/share/common-licenses/GPL-3.';
COMMENT ON COLUMN hartonomous.source.file_name IS 'Its name there.';
COMMENT ON COLUMN hartonomous.source.declared_content_type IS 'What the sender said it is.';
COMMENT ON COLUMN hartonomous.source.content_type IS 'What it was found to be.';
COMMENT ON COLUMN hartonomous.source.size IS 'Bytes; known once it is staged.';
COMMENT ON COLUMN hartonomous.source.content_hash IS 'SHA-256 of the whole document; verified before it is atomized.';
COMMENT ON COLUMN hartonomous.source.state IS 'staging: bytes are coming in; queued: waits for ingestion; atomizing: partly done; complete. See view source_status for failures.';
COMMENT ON COLUMN hartonomous.source.root_atom_id IS 'The atom of the whole document.';
COMMENT ON COLUMN hartonomous.source.parent_source_id IS 'The source it lay in: an archive, an e-mail, a PDF file; null for what was delivered by itself.';
COMMENT ON COLUMN hartonomous.source.relation IS 'How it lay there: archive-entry, attachment, embedded-image, …';
COMMENT ON COLUMN hartonomous.source.depth IS 'In how many documents it lay; 0 for what was delivered by itself.';
COMMENT ON COLUMN hartonomous.source.problem IS 'Why its bytes are not all that its parent promised; null where they are.';
COMMENT ON COLUMN hartonomous.source.version IS 'Grows with every change.';
COMMENT ON COLUMN hartonomous.source.created_at IS 'When its first byte came.';
COMMENT ON COLUMN hartonomous.source.completed_at IS 'When its last atom was committed.';

CREATE TABLE hartonomous.content_chunk (
    tenant_id   integer NOT NULL,
    source_id   bigint  NOT NULL,
    chunk_index integer NOT NULL CHECK (chunk_index >= 0),
    encoding    text    NOT NULL CHECK (encoding IN ('plain', 'zstd')),
    raw_size    integer NOT NULL CHECK (raw_size BETWEEN 0 AND 16777216),
    data        bytea   NOT NULL,
    PRIMARY KEY (tenant_id, source_id, chunk_index),
    FOREIGN KEY (tenant_id, source_id) REFERENCES hartonomous.source ON DELETE CASCADE
);
ALTER TABLE hartonomous.content_chunk ALTER COLUMN data SET STORAGE EXTERNAL;
COMMENT ON TABLE hartonomous.content_chunk IS 'Bytes of a source until they are atoms. Emptied when the source is complete.';
COMMENT ON COLUMN hartonomous.content_chunk.tenant_id IS 'Whose it is.';
COMMENT ON COLUMN hartonomous.content_chunk.source_id IS 'Of which source.';
COMMENT ON COLUMN hartonomous.content_chunk.chunk_index IS '0, 1, 2, …: their concatenation is the document.';
COMMENT ON COLUMN hartonomous.content_chunk.encoding IS 'plain, or one Zstandard frame.';
COMMENT ON COLUMN hartonomous.content_chunk.raw_size IS 'Bytes it stands for.';
COMMENT ON COLUMN hartonomous.content_chunk.data IS 'The bytes as encoded.';

CREATE TABLE hartonomous.ingestion_job (
    tenant_id         integer     NOT NULL,
    root_atom_id      bigint      NOT NULL,
    atomizer          text        NOT NULL,
    atomizer_version  integer     NOT NULL,
    unicode_version   text        NOT NULL,
    size              bigint      NOT NULL,
    byte_offset       bigint      NOT NULL DEFAULT 0,
    next_sequence     bigint      NOT NULL DEFAULT 0,
    events_done       bigint      NOT NULL DEFAULT 0,
    nodes             bigint      NOT NULL DEFAULT 0,
    metadata          jsonb,
    problem           text,
    started_at        timestamptz NOT NULL DEFAULT now(),
    completed_at      timestamptz,
    PRIMARY KEY (tenant_id, root_atom_id),
    FOREIGN KEY (tenant_id, root_atom_id) REFERENCES hartonomous.atom ON DELETE CASCADE
);
COMMENT ON TABLE hartonomous.ingestion_job IS 'How a document atom was taken apart, and how far: a crash resumes at byte_offset. Sources with equal content share it.';
COMMENT ON COLUMN hartonomous.ingestion_job.tenant_id IS 'Whose it is.';
COMMENT ON COLUMN hartonomous.ingestion_job.root_atom_id IS 'The document atom.';
COMMENT ON COLUMN hartonomous.ingestion_job.atomizer IS 'Name of the atomizer.';
COMMENT ON COLUMN hartonomous.ingestion_job.atomizer_version IS 'Its version.';
COMMENT ON COLUMN hartonomous.ingestion_job.unicode_version IS 'Unicode version of the segmentation rules it used.';
COMMENT ON COLUMN hartonomous.ingestion_job.size IS 'Bytes of the document.';
COMMENT ON COLUMN hartonomous.ingestion_job.byte_offset IS 'Bytes that are atoms, and committed.';
COMMENT ON COLUMN hartonomous.ingestion_job.next_sequence IS 'Components so far.';
COMMENT ON COLUMN hartonomous.ingestion_job.events_done IS 'How much of what a whole-document atomizer says is stored: a later step passes over it.';
COMMENT ON COLUMN hartonomous.ingestion_job.nodes IS 'Nodes of its structure so far.';
COMMENT ON COLUMN hartonomous.ingestion_job.metadata IS 'What the document says of itself: title, author, width, duration, …';
COMMENT ON COLUMN hartonomous.ingestion_job.problem IS 'What of it could not be read, and why; null where all was. Its bytes are kept all the same.';
COMMENT ON COLUMN hartonomous.ingestion_job.started_at IS 'When its first step began.';
COMMENT ON COLUMN hartonomous.ingestion_job.completed_at IS 'When its last step was committed.';

CREATE TABLE hartonomous.composition_run (
    tenant_id      integer NOT NULL,
    parent_atom_id bigint  NOT NULL,
    first_sequence bigint  NOT NULL CHECK (first_sequence >= 0),
    first_position bigint  NOT NULL CHECK (first_position >= 0),
    layer          smallint NOT NULL DEFAULT 0 CHECK (layer IN (0, 1)),
    lead           bytea,
    components     bigint[] NOT NULL,
    sizes          integer[] NOT NULL,
    separators     bytea[],
    PRIMARY KEY (tenant_id, parent_atom_id, first_sequence),
    FOREIGN KEY (tenant_id, parent_atom_id) REFERENCES hartonomous.atom ON DELETE CASCADE,
    CHECK (cardinality(sizes) = cardinality(components)),
    CHECK (separators IS NULL OR cardinality(separators) = cardinality(components))
);
ALTER TABLE hartonomous.composition_run ALTER COLUMN components SET COMPRESSION lz4,
    ALTER COLUMN sizes SET COMPRESSION lz4, ALTER COLUMN separators SET COMPRESSION lz4;
COMMENT ON TABLE hartonomous.composition_run IS 'Consecutive components of an atom, many in a row. View composition shows them one by one.';
COMMENT ON COLUMN hartonomous.composition_run.tenant_id IS 'Whose it is.';
COMMENT ON COLUMN hartonomous.composition_run.parent_atom_id IS 'The atom that is composed.';
COMMENT ON COLUMN hartonomous.composition_run.first_sequence IS 'Sequence index of the first component here.';
COMMENT ON COLUMN hartonomous.composition_run.first_position IS 'Byte position of lead (or else of the first component) in the parent; in layer 1 in what was extracted.';
COMMENT ON COLUMN hartonomous.composition_run.layer IS '0: the parent''s bytes, one behind the other; 1: what was extracted from them (a page''s text, an image''s pixels).';
COMMENT ON COLUMN hartonomous.composition_run.lead IS 'Bytes of the parent before its first component; in the first run only.';
COMMENT ON COLUMN hartonomous.composition_run.components IS 'Atom ids in order.';
COMMENT ON COLUMN hartonomous.composition_run.sizes IS 'Their content bytes, so that positions need no look-up.';
COMMENT ON COLUMN hartonomous.composition_run.separators IS 'Bytes between each component and the next; null where all are empty.';

CREATE VIEW hartonomous.composition AS
SELECT run.tenant_id, run.parent_atom_id, item.atom_id AS component_atom_id,
       run.first_sequence + item.n - 1 AS sequence_index,
       run.first_position + coalesce(octet_length(run.lead), 0)
           + coalesce(sum(item.size + coalesce(octet_length(item.separator), 0))
                      OVER (PARTITION BY run.tenant_id, run.parent_atom_id, run.first_sequence ORDER BY item.n
                            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::bigint AS "position",
       item.size,
       coalesce(item.separator, ''::bytea) AS separator,
       run.layer
FROM hartonomous.composition_run run
CROSS JOIN LATERAL unnest(run.components, run.sizes, run.separators) WITH ORDINALITY AS item (atom_id, size, separator, n);
COMMENT ON VIEW hartonomous.composition IS 'Components one by one: parent, component, sequence index, byte position, the bytes up to the next, and the layer.';

CREATE TABLE hartonomous.structure_run (
    tenant_id    integer   NOT NULL,
    root_atom_id bigint    NOT NULL,
    first_node   bigint    NOT NULL CHECK (first_node >= 0),
    kinds        text[]    NOT NULL,
    labels       text[]    NOT NULL,
    metadata     text[]    NOT NULL,
    parents      bigint[]  NOT NULL,
    depths       integer[] NOT NULL,
    begins       bigint[]  NOT NULL,
    ends         bigint[]  NOT NULL,
    PRIMARY KEY (tenant_id, root_atom_id, first_node),
    FOREIGN KEY (tenant_id, root_atom_id) REFERENCES hartonomous.atom ON DELETE CASCADE,
    CHECK (cardinality(labels) = cardinality(kinds) AND cardinality(metadata) = cardinality(kinds)
           AND cardinality(parents) = cardinality(kinds) AND cardinality(depths) = cardinality(kinds)
           AND cardinality(begins) = cardinality(kinds) AND cardinality(ends) = cardinality(kinds))
);
ALTER TABLE hartonomous.structure_run ALTER COLUMN kinds SET COMPRESSION lz4, ALTER COLUMN labels SET COMPRESSION lz4,
    ALTER COLUMN metadata SET COMPRESSION lz4, ALTER COLUMN parents SET COMPRESSION lz4, ALTER COLUMN depths SET COMPRESSION lz4,
    ALTER COLUMN begins SET COMPRESSION lz4, ALTER COLUMN ends SET COMPRESSION lz4;
COMMENT ON TABLE hartonomous.structure_run IS 'The tree of a document: consecutive nodes (pages, tables, functions, entries), many in a row, each a stretch of the document''s components. View structure shows them one by one.';
COMMENT ON COLUMN hartonomous.structure_run.tenant_id IS 'Whose it is.';
COMMENT ON COLUMN hartonomous.structure_run.root_atom_id IS 'The document atom.';
COMMENT ON COLUMN hartonomous.structure_run.first_node IS 'Number of the first node here; nodes are numbered in the order of the document, parents before children.';
COMMENT ON COLUMN hartonomous.structure_run.kinds IS 'page, table, function, tensor, archive-entry, …';
COMMENT ON COLUMN hartonomous.structure_run.labels IS 'Names or titles; null where there is none.';
COMMENT ON COLUMN hartonomous.structure_run.metadata IS 'What else is known, each a JSON object; null for nothing.';
COMMENT ON COLUMN hartonomous.structure_run.parents IS 'Number of the node it lies in; -1 for the document itself.';
COMMENT ON COLUMN hartonomous.structure_run.depths IS '0 for nodes that lie in the document itself.';
COMMENT ON COLUMN hartonomous.structure_run.begins IS 'Sequence index of its first component.';
COMMENT ON COLUMN hartonomous.structure_run.ends IS 'Sequence index behind its last component; equal to begins where it has none, -1 while it is still being read.';

CREATE VIEW hartonomous.structure AS
SELECT run.tenant_id, run.root_atom_id, run.first_node + item.n - 1 AS node, nullif(item.parent, -1) AS parent_node, item.depth,
       item.kind, item.label, item.metadata::jsonb AS metadata, item.begin AS first_sequence, item."end" AS end_sequence
FROM hartonomous.structure_run run
CROSS JOIN LATERAL unnest(run.kinds, run.labels, run.metadata, run.parents, run.depths, run.begins, run.ends)
     WITH ORDINALITY AS item (kind, label, metadata, parent, depth, begin, "end", n);
COMMENT ON VIEW hartonomous.structure IS 'Nodes one by one: number, parent node, depth, kind, label, metadata, and the stretch of components [first_sequence, end_sequence).';

CREATE TABLE hartonomous.provenance_edge (
    tenant_id      integer     NOT NULL,
    child_atom_id  bigint      NOT NULL,
    parent_atom_id bigint      NOT NULL,
    type           text        NOT NULL DEFAULT 'DERIVED_FROM' CHECK (type IN ('DERIVED_FROM', 'SUPERSEDED_BY')),
    derivation     text        NOT NULL DEFAULT 'derived' CHECK (octet_length(derivation) BETWEEN 1 AND 1000),
    operation_id   bigint,
    weight         double precision NOT NULL DEFAULT 1 CHECK (weight > '-Infinity' AND weight < 'Infinity'), -- NaN is greater
    confidence     double precision NOT NULL DEFAULT 1 CHECK (confidence BETWEEN 0 AND 1),
    metadata       jsonb,
    version        bigint      NOT NULL DEFAULT nextval('hartonomous.state_version'),
    created_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, child_atom_id, parent_atom_id, type),
    FOREIGN KEY (tenant_id, child_atom_id) REFERENCES hartonomous.atom ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, parent_atom_id) REFERENCES hartonomous.atom ON DELETE CASCADE,
    CHECK (child_atom_id <> parent_atom_id)
);
CREATE INDEX provenance_edge_by_parent ON hartonomous.provenance_edge (parent_atom_id, tenant_id);
COMMENT ON TABLE hartonomous.provenance_edge IS 'What was made from what, beyond composition.';
COMMENT ON COLUMN hartonomous.provenance_edge.tenant_id IS 'Whose it is.';
COMMENT ON COLUMN hartonomous.provenance_edge.child_atom_id IS 'The atom that was made.';
COMMENT ON COLUMN hartonomous.provenance_edge.parent_atom_id IS 'The atom it was made from.';
COMMENT ON COLUMN hartonomous.provenance_edge.type IS 'Relationship type in the graph: DERIVED_FROM, drawn from child to parent, or SUPERSEDED_BY, from parent to child.';
COMMENT ON COLUMN hartonomous.provenance_edge.derivation IS 'How: summary, translation, extraction, …';
COMMENT ON COLUMN hartonomous.provenance_edge.operation_id IS 'The operation that made it.';
COMMENT ON COLUMN hartonomous.provenance_edge.weight IS 'How strongly the parent shaped the child.';
COMMENT ON COLUMN hartonomous.provenance_edge.confidence IS 'How sure the recorder is, 0 to 1.';
COMMENT ON COLUMN hartonomous.provenance_edge.metadata IS 'Whatever else the recorder said.';
COMMENT ON COLUMN hartonomous.provenance_edge.version IS 'Grows with every change.';
COMMENT ON COLUMN hartonomous.provenance_edge.created_at IS 'When it was recorded.';

CREATE TABLE hartonomous.model (
    model_id   integer     NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text        NOT NULL,
    revision   text        NOT NULL,
    dimension  integer     NOT NULL CHECK (dimension > 0),
    engine     text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (name, revision)
);
COMMENT ON TABLE hartonomous.model IS 'Embedding models that vectors were made with. Shared by all tenants.';
COMMENT ON COLUMN hartonomous.model.model_id IS 'Number.';
COMMENT ON COLUMN hartonomous.model.name IS 'all-MiniLM-L6-v2.';
COMMENT ON COLUMN hartonomous.model.revision IS 'SHA-256 of its weights, in hexadecimal.';
COMMENT ON COLUMN hartonomous.model.dimension IS 'Length of its vectors.';
COMMENT ON COLUMN hartonomous.model.engine IS 'What computed the first of them.';
COMMENT ON COLUMN hartonomous.model.created_at IS 'When it was first used.';

CREATE TABLE hartonomous.embedding (
    tenant_id  integer     NOT NULL,
    model_id   integer     NOT NULL REFERENCES hartonomous.model,
    atom_id    bigint      NOT NULL,
    vector     real[]      NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, atom_id, model_id), -- an atom that goes finds its vectors by it
    FOREIGN KEY (tenant_id, atom_id) REFERENCES hartonomous.atom ON DELETE CASCADE
);
ALTER TABLE hartonomous.embedding ALTER COLUMN vector SET STORAGE EXTERNAL;
COMMENT ON TABLE hartonomous.embedding IS 'One vector per atom and model.';
COMMENT ON COLUMN hartonomous.embedding.tenant_id IS 'Whose it is.';
COMMENT ON COLUMN hartonomous.embedding.model_id IS 'Made by which model.';
COMMENT ON COLUMN hartonomous.embedding.atom_id IS 'Of which atom.';
COMMENT ON COLUMN hartonomous.embedding.vector IS 'Unit vector; its length is the model''s dimension.';
COMMENT ON COLUMN hartonomous.embedding.created_at IS 'When it was computed.';
