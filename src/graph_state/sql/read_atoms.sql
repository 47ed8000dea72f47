-- $1 tenant ids (integer[]), $2 ids (bigint[]), pairwise. tenant, id, state; what is gone has no row.
SELECT wanted.tenant_id, wanted.id, json_build_object(
           'id', a.atom_id,
           'tenantId', a.tenant_id,
           'atomType', a.modality || '/' || a.subtype,
           'contentHash', encode(a.content_hash, 'hex'),
           'contentType', a.content_type,
           'size', a.size,
           'preview', left(a.canonical_text, 100),
           'createdAt', hartonomous.microseconds(a.created_at),
           'version', 1 /* an atom never changes */)::text
FROM unnest($1::integer[], $2::bigint[]) AS wanted (tenant_id, id)
JOIN hartonomous.atom a ON a.tenant_id = wanted.tenant_id AND a.atom_id = wanted.id
ORDER BY wanted.tenant_id, wanted.id
