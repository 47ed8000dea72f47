-- Ids for atoms to come.
-- $1 integer how many
SELECT array_agg(nextval('hartonomous.atom_atom_id_seq')) FROM generate_series(1, $1)
