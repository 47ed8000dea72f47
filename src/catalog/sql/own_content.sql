-- What an atom stores of itself. $1 tenant (integer) or null, $2 atom (bigint). Columns: tenant, bytes (null where its
-- composition gives them), size.
SELECT a.tenant_id,
       CASE WHEN a.size <= 64 THEN a.atomic_value
            WHEN a.content IS NOT NULL THEN a.content
            ELSE convert_to(a.canonical_text, 'UTF8') END,
       a.size
FROM hartonomous.tenant t
JOIN hartonomous.atom a ON a.tenant_id = t.tenant_id
WHERE ($1::integer IS NULL OR t.tenant_id = $1) AND a.atom_id = $2::bigint
