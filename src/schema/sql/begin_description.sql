-- One snapshot for the whole description, and every name in it written with its schema.
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL search_path TO pg_catalog
