-- How far a rebuild of the graph has come, so that it can be interrupted.

CREATE TABLE hartonomous.graph_rebuild (
    only_one   boolean     NOT NULL DEFAULT true PRIMARY KEY CHECK (only_one),
    kind       text        NOT NULL,
    tenant_id  integer     NOT NULL DEFAULT 0,
    after_id   bigint      NOT NULL DEFAULT 0,
    entities   bigint      NOT NULL DEFAULT 0,
    emptying   boolean     NOT NULL DEFAULT false,
    begun_at   timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    ended_at   timestamptz
);
COMMENT ON TABLE hartonomous.graph_rebuild IS 'The last rebuild of the graph, and how far it has come: graph sync was asked for everything up to here.';
COMMENT ON COLUMN hartonomous.graph_rebuild.only_one IS 'There is one row at most.';
COMMENT ON COLUMN hartonomous.graph_rebuild.kind IS 'The kind of entities it is at; Composition: components of what is no source''s document.';
COMMENT ON COLUMN hartonomous.graph_rebuild.tenant_id IS 'The tenant it is at.';
COMMENT ON COLUMN hartonomous.graph_rebuild.after_id IS 'The last id that was asked for.';
COMMENT ON COLUMN hartonomous.graph_rebuild.entities IS 'How many were asked for in all.';
COMMENT ON COLUMN hartonomous.graph_rebuild.emptying IS 'The graph is to be emptied first, and is not empty yet.';
COMMENT ON COLUMN hartonomous.graph_rebuild.begun_at IS 'When it began.';
COMMENT ON COLUMN hartonomous.graph_rebuild.changed_at IS 'When it last got on.';
COMMENT ON COLUMN hartonomous.graph_rebuild.ended_at IS 'When everything had been asked for; null until then.';

GRANT SELECT, INSERT, UPDATE ON hartonomous.graph_rebuild TO hartonomous_operator;
