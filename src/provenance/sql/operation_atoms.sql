-- 3.1 What an operation read and what it made, inputs first. $1 tenant, $2 the operation's id, 17 or ingestion:55, $3 limit.
-- Numbers that no id can be are left alone, so that any text may be asked for.
WITH asked AS (
    SELECT CASE WHEN $2::text ~ '^[1-9][0-9]{0,17}$' THEN $2::text::bigint END AS operation_id,
           CASE WHEN $2::text ~ '^ingestion:[1-9][0-9]{0,17}$' THEN substr($2::text, 11)::bigint END AS root_atom_id
), touched AS (
    SELECT CASE far.how WHEN 'input' THEN e.parent_atom_id ELSE e.child_atom_id END AS atom_id, far.how
    FROM asked
    JOIN hartonomous.provenance_edge e ON e.operation_id = asked.operation_id AND e.tenant_id = $1::integer
    CROSS JOIN (VALUES ('input'), ('output')) AS far (how)
    UNION
    SELECT j.root_atom_id, 'output'
    FROM asked
    JOIN hartonomous.ingestion_job j ON j.tenant_id = $1::integer AND j.root_atom_id = asked.root_atom_id
)
SELECT 'operation ' || $2::text AS operation, touched.how, a.atom_id AS atom, a.modality || '/' || a.subtype AS type, a.size,
       left(a.canonical_text, 100) AS text
FROM touched
JOIN hartonomous.atom a ON a.tenant_id = $1::integer AND a.atom_id = touched.atom_id
ORDER BY touched.how COLLATE "C", atom LIMIT $3::bigint
