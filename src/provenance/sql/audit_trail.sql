-- 6.6 Everything that ever happened to an atom, in the order of time: made, delivered, atomized, classified, looked at, used by
-- inferences and operations, generated, derived, superseded. What id is of, the event tells.
-- $1 tenant (integer), $2 atom (bigint), $3 from then on, in microseconds since 1970 (bigint, null for all), $4 at most so many
-- rows (bigint).
WITH trail AS (
    SELECT a.created_at, 'made' AS event, a.atom_id AS id, NULL::bigint AS user_id, NULL::text AS user_name,
           a.modality || '/' || a.subtype AS what, NULL::text AS state, NULL::text AS detail
    FROM hartonomous.atom a WHERE a.tenant_id = $1::integer AND a.atom_id = $2::bigint
    UNION ALL
    SELECT s.created_at, 'delivered', s.source_id, NULL, s.delivered_by, s.content_type, s.state, coalesce(s.uri, s.file_name)
    FROM hartonomous.source s WHERE s.tenant_id = $1::integer AND s.root_atom_id = $2::bigint
    UNION ALL
    SELECT j.started_at, 'atomized', j.root_atom_id, NULL, NULL, j.atomizer,
           CASE WHEN j.completed_at IS NULL THEN 'running' ELSE 'complete' END, j.problem
    FROM hartonomous.ingestion_job j WHERE j.tenant_id = $1::integer AND j.root_atom_id = $2::bigint
    UNION ALL
    SELECT c.created_at, 'classified', c.atom_id, NULL, NULL, c.level, NULL, c.reason
    FROM hartonomous.classification c WHERE c.tenant_id = $1::integer AND c.atom_id = $2::bigint
    UNION ALL
    SELECT e.created_at, 'access', e.access_id, u.user_id, u.name, e.action,
           CASE WHEN e.allowed THEN 'allowed' ELSE 'refused' END, e.reason
    FROM hartonomous.access_event e
    JOIN hartonomous.user_account u ON u.tenant_id = e.tenant_id AND u.user_id = e.user_id
    WHERE e.tenant_id = $1::integer AND e.atom_id = $2::bigint
    UNION ALL
    SELECT DISTINCT i.created_at, 'inference-' || x.role, i.inference_id, u.user_id, u.name, i.task_type, i.state, i.context
    FROM hartonomous.inference_atom x
    JOIN hartonomous.inference i ON i.tenant_id = x.tenant_id AND i.inference_id = x.inference_id
    LEFT JOIN hartonomous.user_account u ON u.tenant_id = i.tenant_id AND u.user_id = i.user_id
    WHERE x.tenant_id = $1::integer AND x.atom_id = $2::bigint
    UNION ALL
    SELECT DISTINCT o.created_at, side.event, o.operation_id, u.user_id, u.name, o.operation_type, o.state, o.name
    FROM (SELECT e.operation_id, 'operation-output' FROM hartonomous.provenance_edge e
          WHERE e.tenant_id = $1::integer AND e.child_atom_id = $2::bigint
          UNION ALL
          SELECT e.operation_id, 'operation-input' FROM hartonomous.provenance_edge e
          WHERE e.tenant_id = $1::integer AND e.parent_atom_id = $2::bigint) AS side (operation_id, event)
    JOIN hartonomous.operation o ON o.tenant_id = $1::integer AND o.operation_id = side.operation_id
    LEFT JOIN hartonomous.user_account u ON u.tenant_id = o.tenant_id AND u.user_id = o.user_id
    UNION ALL
    SELECT DISTINCT g.created_at, 'generated', g.stream_id, NULL::bigint, NULL, m.name, g.state, g.name
    FROM hartonomous.generated_atom x
    JOIN hartonomous.generation_stream g ON g.tenant_id = x.tenant_id AND g.stream_id = x.stream_id
    LEFT JOIN hartonomous.model m ON m.model_id = g.model_id
    WHERE x.tenant_id = $1::integer AND x.atom_id = $2::bigint
    UNION ALL
    SELECT e.created_at, CASE e.type WHEN 'DERIVED_FROM' THEN 'derived-from' ELSE 'supersedes' END, e.parent_atom_id, NULL, NULL,
           e.derivation, NULL, left(p.canonical_text, 100)
    FROM hartonomous.provenance_edge e
    JOIN hartonomous.atom p ON p.tenant_id = e.tenant_id AND p.atom_id = e.parent_atom_id
    WHERE e.tenant_id = $1::integer AND e.child_atom_id = $2::bigint
    UNION ALL
    SELECT e.created_at, CASE e.type WHEN 'DERIVED_FROM' THEN 'derived-into' ELSE 'superseded-by' END, e.child_atom_id, NULL, NULL,
           e.derivation, NULL, left(k.canonical_text, 100)
    FROM hartonomous.provenance_edge e
    JOIN hartonomous.atom k ON k.tenant_id = e.tenant_id AND k.atom_id = e.child_atom_id
    WHERE e.tenant_id = $1::integer AND e.parent_atom_id = $2::bigint
)
SELECT hartonomous.microseconds(t.created_at), t.event, t.id, t.user_id, t.user_name, t.what, t.state, t.detail
FROM trail t
WHERE $3::bigint IS NULL OR hartonomous.microseconds(t.created_at) >= $3::bigint
ORDER BY t.created_at, t.event COLLATE "C", t.id
LIMIT $4::bigint
