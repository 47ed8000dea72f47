-- An atom by its number. $1 tenant (integer) or null, $2 atom id (bigint).
SELECT a.tenant_id, a.atom_id, a.modality, a.subtype, coalesce(a.content_type, ''), encode(a.content_hash, 'hex'),
       a.canonical_text, coalesce(a.metadata::text, ''),
       to_char(a.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       coalesce((SELECT string_agg(m.name, ', ' ORDER BY m.name) FROM hartonomous.model m
                 JOIN hartonomous.embedding e ON e.model_id = m.model_id
                 WHERE e.tenant_id = a.tenant_id AND e.atom_id = a.atom_id), ''),
       a.atomic_value, a.size,
       coalesce((SELECT sum(cardinality(r.components)) FROM hartonomous.composition_run r
                 WHERE r.tenant_id = a.tenant_id AND r.parent_atom_id = a.atom_id), 0)::bigint,
       (SELECT count(*) FROM hartonomous.source s WHERE s.tenant_id = a.tenant_id AND s.root_atom_id = a.atom_id)
FROM hartonomous.tenant t
JOIN hartonomous.atom a ON a.tenant_id = t.tenant_id
WHERE ($1::integer IS NULL OR t.tenant_id = $1) AND a.atom_id = $2::bigint
