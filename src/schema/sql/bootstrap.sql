-- The table of migrations: the one object that no migration makes. Everybody may read it, since each daemon looks
-- there at its start whether the database has the version it was built for.
BEGIN;
CREATE SCHEMA IF NOT EXISTS hartonomous_schema;
COMMENT ON SCHEMA hartonomous_schema IS 'Which migrations this database has had.';
CREATE TABLE IF NOT EXISTS hartonomous_schema.migration (
    number     integer     NOT NULL PRIMARY KEY,
    name       text        NOT NULL,
    sha256     bytea       NOT NULL CHECK (octet_length(sha256) = 32),
    applied_at timestamptz NOT NULL DEFAULT now(),
    applied_by text        NOT NULL DEFAULT session_user
);
COMMENT ON TABLE hartonomous_schema.migration IS 'One row per applied migration.';
COMMENT ON COLUMN hartonomous_schema.migration.number IS '1, 2, 3, …: the order of application.';
COMMENT ON COLUMN hartonomous_schema.migration.name IS 'What it makes, in one word.';
COMMENT ON COLUMN hartonomous_schema.migration.sha256 IS 'SHA-256 of its text: an applied migration must not change.';
COMMENT ON COLUMN hartonomous_schema.migration.applied_at IS 'When.';
COMMENT ON COLUMN hartonomous_schema.migration.applied_by IS 'By which role.';
GRANT USAGE ON SCHEMA hartonomous_schema TO PUBLIC;
GRANT SELECT ON hartonomous_schema.migration TO PUBLIC;
COMMIT
