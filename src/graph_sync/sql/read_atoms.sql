-- $1 tenant ids (integer[]), $2 atom ids (bigint[]), pairwise. One JSON object a row, as write_atoms.cypher takes it. An
-- atom never changes: its version is always 1.
SELECT json_build_object(
           'id', a.atom_id, 'tenantId', a.tenant_id, 'atomType', a.modality || '/' || a.subtype,
           'contentHash', encode(a.content_hash, 'hex'), 'contentType', a.content_type, 'size', a.size,
           'preview', left(a.canonical_text, 100),
           'createdAt', to_char(a.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
           'version', 1)::text
FROM unnest($1::integer[], $2::bigint[]) AS wanted (tenant_id, atom_id)
JOIN hartonomous.atom a USING (tenant_id, atom_id)
ORDER BY a.tenant_id, a.atom_id
