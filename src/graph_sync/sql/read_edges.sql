-- $1 tenant ids (integer[]), $2 child atom ids (bigint[]), pairwise. One JSON object a child with all its edges, as
-- link_edges.cypher and unlink_edges.cypher take it.
SELECT json_build_object(
           'tenantId', wanted.tenant_id, 'child', wanted.child_atom_id,
           'edges', coalesce(json_agg(json_build_object(
               'parent', e.parent_atom_id, 'derivationType', e.derivation, 'operationId', e.operation_id,
               'weight', e.weight, 'confidence', e.confidence, 'version', e.version,
               'timestamp', to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
               ORDER BY e.parent_atom_id) FILTER (WHERE e.parent_atom_id IS NOT NULL), '[]'))::text
FROM unnest($1::integer[], $2::bigint[]) AS wanted (tenant_id, child_atom_id)
LEFT JOIN hartonomous.provenance_edge e USING (tenant_id, child_atom_id)
GROUP BY wanted.tenant_id, wanted.child_atom_id
ORDER BY wanted.tenant_id, wanted.child_atom_id
