-- $1 tenants, $2 atoms (arrays of equal length), $3 model, $4 longest text in characters.
-- The atoms among these that exist and have no vector of the model yet, each once and in order: tenant, atom, its text, or else
-- its bytes, which may be text. Both null: the atom has no content of its own.
SELECT atom.tenant_id, atom.atom_id, left(atom.canonical_text, $4::integer) AS canonical_text,
       CASE WHEN atom.canonical_text IS NULL
            THEN substring(coalesce(atom.content, CASE WHEN atom.size <= 64 THEN atom.atomic_value END) FOR $4::integer)
       END AS bytes
FROM (SELECT DISTINCT tenant_id, atom_id FROM unnest($1::integer[], $2::bigint[]) AS item (tenant_id, atom_id)) AS asked
JOIN hartonomous.atom atom USING (tenant_id, atom_id)
WHERE NOT EXISTS (SELECT FROM hartonomous.embedding embedding
                  WHERE embedding.tenant_id = asked.tenant_id AND embedding.model_id = $3::integer AND embedding.atom_id = asked.atom_id)
ORDER BY 1, 2
