-- Nodes that were open when they were stored end now.
-- $1 integer tenant, $2 bigint document atom, $3 bigint[] nodes, $4 bigint[] components behind their last ones
UPDATE hartonomous.structure_run r
SET ends = (SELECT array_agg(coalesce(late."end", was."end") ORDER BY was.n)
            FROM unnest(r.ends) WITH ORDINALITY AS was ("end", n)
            LEFT JOIN unnest($3::bigint[], $4::bigint[]) AS late (node, "end") ON late.node = r.first_node + was.n - 1)
WHERE r.tenant_id = $1::integer AND r.root_atom_id = $2::bigint
  AND EXISTS (SELECT FROM unnest($3::bigint[]) AS late (node)
              WHERE late.node >= r.first_node AND late.node < r.first_node + cardinality(r.ends))
