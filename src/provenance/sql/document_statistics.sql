-- 2.2 A source's document and those that lie in it: components, how many of them differ, their bytes, documents inside.
-- $1 tenant, $2 source, $3 limit. depth is 0 for the source itself, 1 for what lies in it.
SELECT (s.source_id <> $2::bigint)::integer AS depth, s.source_id AS source, s.file_name AS name, s.content_type AS type, s.size,
       s.root_atom_id AS document, parts.components, parts.different, parts.bytes,
       (SELECT count(*) FROM hartonomous.source i
        WHERE i.tenant_id = s.tenant_id AND i.parent_source_id = s.source_id) AS inside
FROM hartonomous.source s
CROSS JOIN LATERAL (SELECT count(*) AS components, count(DISTINCT component.atom_id) AS different,
                           coalesce(sum(component.size), 0)::bigint AS bytes
                    FROM hartonomous.composition_run run
                    CROSS JOIN LATERAL unnest(run.components, run.sizes) AS component (atom_id, size)
                    WHERE run.tenant_id = s.tenant_id AND run.parent_atom_id = s.root_atom_id) AS parts
WHERE s.tenant_id = $1::integer AND (s.source_id = $2::bigint OR s.parent_source_id = $2::bigint)
ORDER BY depth, source LIMIT $3::bigint
