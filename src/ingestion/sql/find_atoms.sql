-- Which of these atoms are there. "+ 0": the primary key, which is led by tenant_id, must not be taken for this; PostgreSQL would as long
-- as it believes that the table has few rows, and read all atoms of the tenant for each that is asked for.
-- $1 integer[] tenants, $2 integer[] kinds, $3 bytea[] hashes; $4 text[] modality and $5 text[] subtype of kind 1, 2, …
SELECT wanted.n - 1 AS number, a.atom_id
FROM unnest($1::integer[], $2::integer[], $3::bytea[]) WITH ORDINALITY AS wanted (tenant_id, kind, content_hash, n)
JOIN hartonomous.atom a ON a.content_hash = wanted.content_hash AND a.tenant_id + 0 = wanted.tenant_id
                       AND a.modality = ($4::text[])[wanted.kind] AND a.subtype = ($5::text[])[wanted.kind]
