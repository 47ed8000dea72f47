-- $1 kind (text), $2 tenant ids (integer[]), $3 ids (bigint[]), pairwise. What they refer to, once each.
SELECT DISTINCT r.to_kind, r.to_tenant_id, r.to_id
FROM unnest($2::integer[], $3::bigint[]) AS wanted (tenant_id, id)
JOIN hartonomous.graph_reference r ON r.kind = $1::text AND r.tenant_id = wanted.tenant_id AND r.id = wanted.id
