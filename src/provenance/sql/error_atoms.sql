-- 5.3 Atoms that went into or came out of what failed or has a problem, the latest errors first: of operations, ingestion jobs,
-- inferences and generation streams, and the documents of sources. $1 tenant, $2 from then on, microseconds, null for ever,
-- $3 limit.
WITH wrong AS (
    SELECT o.kind, o.number, CASE o.kind WHEN 'ingestion' THEN 'operation' ELSE o.kind END || ' ' || o.id AS cause, o.error_type AS error,
           o.error_text AS text, hartonomous.microseconds(coalesce(o.ended_at, o.created_at)) AS at
    FROM hartonomous.operation_status o
    WHERE o.tenant_id = $1::integer AND o.is_wrong
      AND ($2::bigint IS NULL OR hartonomous.microseconds(coalesce(o.ended_at, o.created_at)) >= $2::bigint)
), touched (kind, number, how, atom_id) AS (
    SELECT 'operation', e.operation_id, far.how, CASE far.how WHEN 'input' THEN e.parent_atom_id ELSE e.child_atom_id END
    FROM hartonomous.provenance_edge e CROSS JOIN (VALUES ('input'), ('output')) AS far (how)
    WHERE e.tenant_id = $1::integer AND e.operation_id IS NOT NULL
    UNION ALL
    SELECT 'ingestion', j.root_atom_id, 'output', j.root_atom_id FROM hartonomous.ingestion_job j WHERE j.tenant_id = $1::integer
    UNION ALL
    SELECT 'inference', i.inference_id, i.role, i.atom_id FROM hartonomous.inference_atom i WHERE i.tenant_id = $1::integer
    UNION ALL
    SELECT 'generation', g.stream_id, 'output', g.atom_id FROM hartonomous.generated_atom g WHERE g.tenant_id = $1::integer
    UNION ALL
    SELECT 'source', s.source_id, 'document', s.root_atom_id FROM hartonomous.source s WHERE s.tenant_id = $1::integer
), affected AS (
    SELECT DISTINCT wrong.cause, touched.how, touched.atom_id, wrong.error, wrong.text, wrong.at
    FROM wrong
    JOIN touched ON touched.kind = wrong.kind AND touched.number = wrong.number
)
SELECT affected.cause, affected.how, a.atom_id AS atom, a.modality || '/' || a.subtype AS type, left(a.canonical_text, 100) AS preview,
       affected.error, affected.text, affected.at
FROM affected
JOIN hartonomous.atom a ON a.tenant_id = $1::integer AND a.atom_id = affected.atom_id
ORDER BY affected.at DESC, affected.cause COLLATE "C", affected.how COLLATE "C", atom LIMIT $3::bigint
