-- Atoms that were not there a moment ago. They come sorted by their key and are inserted in that order, so that two
-- readers with the same atoms wait for each other one way only; what the other one inserted meanwhile is left out.
-- $1 integer[] tenants, $2 integer[] kinds, $3 bytea[] hashes; $4 text[] modality and $5 text[] subtype of kind 1, 2, …
-- $6 bigint[] bytes, $7 bytea[] atomic values, $8 bytea[] contents, $9 text[] texts, $10 text[] content types, $11 jsonb[] metadata
INSERT INTO hartonomous.atom (tenant_id, modality, subtype, content_type, content_hash, size, atomic_value, content, canonical_text, metadata)
SELECT tenant_id, ($4::text[])[kind], ($5::text[])[kind], content_type, content_hash, size, atomic_value, content, canonical_text, metadata
FROM unnest($1::integer[], $2::integer[], $3::bytea[], $6::bigint[], $7::bytea[], $8::bytea[], $9::text[], $10::text[], $11::jsonb[])
     AS new (tenant_id, kind, content_hash, size, atomic_value, content, canonical_text, content_type, metadata)
ON CONFLICT DO NOTHING
RETURNING atom_id, tenant_id, modality, subtype, content_hash
