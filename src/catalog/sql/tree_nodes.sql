-- The next run of a document's nodes. $1 tenant (integer), $2 document atom (bigint), $3 node (bigint): from which on, $4 levels
-- (integer): nodes that lie deeper are left out. Columns: node behind the run; then null in a run of which nothing is wanted: node,
-- parent node or -1, depth, kind, label, metadata, first sequence index, the one behind the last or -1.
SELECT run.first_node + cardinality(run.kinds), run.first_node + item.n - 1, item.parent, item.depth, item.kind,
       coalesce(item.label, ''), coalesce(item.metadata, ''), item.begin, item."end"
FROM (SELECT r.* FROM hartonomous.structure_run r
      WHERE r.tenant_id = $1::integer AND r.root_atom_id = $2::bigint AND r.first_node >= $3::bigint
      ORDER BY r.first_node LIMIT 1) AS run
LEFT JOIN LATERAL unnest(run.kinds, run.labels, run.metadata, run.parents, run.depths, run.begins, run.ends)
     WITH ORDINALITY AS item (kind, label, metadata, parent, depth, begin, "end", n) ON item.depth < $4::integer
ORDER BY item.n
