-- A job that another version of its atomizer began is done again from the start: its result must have one cause.
-- $1 integer tenant, $2 bigint document atom, $3 text atomizer, $4 integer version, $5 text Unicode version
WITH runs AS (DELETE FROM hartonomous.composition_run WHERE tenant_id = $1 AND parent_atom_id = $2),
     nodes AS (DELETE FROM hartonomous.structure_run WHERE tenant_id = $1 AND root_atom_id = $2)
UPDATE hartonomous.ingestion_job
SET atomizer = $3, atomizer_version = $4, unicode_version = $5, byte_offset = 0, next_sequence = 0, events_done = 0, nodes = 0,
    metadata = NULL, problem = NULL, started_at = now()
WHERE tenant_id = $1 AND root_atom_id = $2
