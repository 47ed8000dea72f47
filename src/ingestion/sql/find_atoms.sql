-- Which of these atoms are there.
-- $1 integer[] tenants, $2 integer[] kinds, $3 bytea[] hashes; $4 text[] modality and $5 text[] subtype of kind 1, 2, …
SELECT wanted.n - 1 AS number, a.atom_id
FROM unnest($1::integer[], $2::integer[], $3::bytea[]) WITH ORDINALITY AS wanted (tenant_id, kind, content_hash, n)
JOIN hartonomous.atom a ON a.tenant_id = wanted.tenant_id AND a.modality = ($4::text[])[wanted.kind]
                       AND a.subtype = ($5::text[])[wanted.kind] AND a.content_hash = wanted.content_hash
