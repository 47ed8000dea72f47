-- Many atoms that were not there a moment ago, sorted by their key as in insert_atoms.sql, with ids from allot_atoms.sql. Unlike
-- there one that somebody else inserted meanwhile makes all of it fail, with SQLSTATE 23505.
COPY hartonomous.atom (tenant_id, atom_id, modality, subtype, content_type, content_hash, size, atomic_value, content, canonical_text, metadata)
FROM STDIN (FORMAT binary)
