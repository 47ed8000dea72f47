-- $1 tenant id (integer), $2 atom ids (bigint[]), $3 modalities whose components are left out (text, separated by blanks). Those of the
-- atoms that only lie in what is left out: nothing else brings them into the graph.
WITH run AS MATERIALIZED (
    SELECT r.components, EXISTS (SELECT FROM hartonomous.atom parent
                                 WHERE parent.tenant_id = r.tenant_id AND parent.atom_id = r.parent_atom_id
                                   AND parent.modality = ANY (string_to_array($3::text, ' '))) AS left_out
    FROM hartonomous.composition_run r
    WHERE r.tenant_id = $1::integer AND r.components && $2::bigint[]
      AND EXISTS (SELECT FROM hartonomous.atom a WHERE a.tenant_id = $1::integer AND a.modality = ANY (string_to_array($3::text, ' ')))
)
SELECT item.id
FROM run CROSS JOIN LATERAL unnest(run.components) AS item (id)
WHERE item.id = ANY ($2::bigint[])
  AND NOT EXISTS (SELECT FROM hartonomous.source s WHERE s.root_atom_id = item.id AND s.tenant_id = $1::integer)
  AND NOT EXISTS (SELECT FROM hartonomous.composition_run r WHERE r.tenant_id = $1::integer AND r.parent_atom_id = item.id)
  AND NOT EXISTS (SELECT FROM hartonomous.provenance_edge e WHERE e.child_atom_id = item.id AND e.tenant_id = $1::integer)
  AND NOT EXISTS (SELECT FROM hartonomous.provenance_edge e WHERE e.parent_atom_id = item.id AND e.tenant_id = $1::integer)
GROUP BY item.id
HAVING bool_and(run.left_out)
ORDER BY item.id
