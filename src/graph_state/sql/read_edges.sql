-- $1 tenant ids (integer[]), $2 child atom ids (bigint[]), pairwise. tenant, id, state, how many edges, how many
-- of them are DERIVED_FROM; an atom without edges has no row.
SELECT wanted.tenant_id, wanted.id, json_build_object(
           'tenantId', wanted.tenant_id, 'child', wanted.id,
           'edges', json_agg(json_build_object(
               'parent', e.parent_atom_id, 'type', e.type, 'derivationType', e.derivation, 'operationId', e.operation_id::text,
               'weight', e.weight, 'confidence', e.confidence, 'timestamp', hartonomous.microseconds(e.created_at), 'version', e.version)
               ORDER BY e.parent_atom_id, e.type))::text,
       count(*), count(*) FILTER (WHERE e.type = 'DERIVED_FROM')
FROM unnest($1::integer[], $2::bigint[]) AS wanted (tenant_id, id)
JOIN hartonomous.provenance_edge e ON e.tenant_id = wanted.tenant_id AND e.child_atom_id = wanted.id
GROUP BY wanted.tenant_id, wanted.id
ORDER BY wanted.tenant_id, wanted.id
