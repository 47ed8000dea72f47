-- Whose is it? $1 atom, source, operation or inference (text), $2 its number (bigint). No row where there is none.
-- Keys are led by the tenant: each tenant is asked.
SELECT t.tenant_id
FROM hartonomous.tenant t
WHERE CASE $1::text
          WHEN 'atom' THEN EXISTS (SELECT FROM hartonomous.atom a WHERE a.tenant_id = t.tenant_id AND a.atom_id = $2::bigint)
          WHEN 'source' THEN EXISTS (SELECT FROM hartonomous.source s WHERE s.tenant_id = t.tenant_id AND s.source_id = $2::bigint)
          WHEN 'operation' THEN EXISTS (SELECT FROM hartonomous.operation o WHERE o.tenant_id = t.tenant_id AND o.operation_id = $2::bigint)
          WHEN 'inference' THEN EXISTS (SELECT FROM hartonomous.inference i WHERE i.tenant_id = t.tenant_id AND i.inference_id = $2::bigint)
      END
LIMIT 1
