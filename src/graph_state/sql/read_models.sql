-- $1 tenant ids (integer[]), $2 ids (bigint[]), pairwise. tenant, id, state; what is gone has no row.
SELECT wanted.tenant_id, wanted.id, json_build_object(
           'rowId', m.model_id,
           'modelId', m.name,
           'version', m.revision,
           'dimension', m.dimension,
           'engine', m.engine,
           'createdAt', hartonomous.microseconds(m.created_at),
           'rowVersion', m.version,
           'supersedes', (SELECT b.revision FROM hartonomous.model b WHERE b.name = m.name AND (b.created_at, b.model_id) < (m.created_at, m.model_id)
                          ORDER BY b.created_at DESC, b.model_id DESC LIMIT 1))::text
FROM unnest($1::integer[], $2::bigint[]) AS wanted (tenant_id, id)
JOIN hartonomous.model m ON m.model_id = wanted.id
ORDER BY wanted.tenant_id, wanted.id
