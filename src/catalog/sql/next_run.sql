-- The first run of an atom's bytes from a sequence index on, component by component. $1 tenant (integer), $2 atom
-- (bigint), $3 sequence index (bigint). Columns: first sequence, number of components, lead (in the first row only), component id
-- (null in a run without components), is it there, its bytes (null where it is itself composed), separator.
SELECT run.first_sequence, cardinality(run.components)::bigint, CASE WHEN item.n IS NULL OR item.n = 1 THEN run.lead END,
       item.atom_id, a.atom_id IS NOT NULL,
       CASE WHEN a.size <= 64 THEN a.atomic_value
            WHEN a.content IS NOT NULL THEN a.content
            ELSE convert_to(a.canonical_text, 'UTF8') END,
       item.separator
FROM (SELECT r.* FROM hartonomous.composition_run r
      WHERE r.tenant_id = $1::integer AND r.parent_atom_id = $2::bigint AND r.layer = 0 AND r.first_sequence >= $3::bigint
      ORDER BY r.first_sequence LIMIT 1) AS run
LEFT JOIN LATERAL unnest(run.components, run.separators) WITH ORDINALITY AS item (atom_id, separator, n) ON true
LEFT JOIN hartonomous.atom a ON a.tenant_id = $1::integer AND a.atom_id = item.atom_id
ORDER BY item.n
