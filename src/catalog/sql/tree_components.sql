-- The components of a document from a sequence index on, as far as its run goes. $1 tenant (integer), $2 document atom (bigint),
-- $3 sequence index (bigint). Columns: sequence index, layer, position, size, atom, modality, subtype, beginning of its text (null
-- where it is none). The atom's columns are '' where it is missing.
SELECT item.sequence, item.layer, item.position, item.size, item.atom_id, coalesce(a.modality, ''), coalesce(a.subtype, ''),
       left(a.canonical_text, 200)
FROM (SELECT run.first_sequence + part.n - 1 AS sequence, run.layer, part.size::bigint, part.atom_id,
             run.first_position + coalesce(octet_length(run.lead), 0)
                 + coalesce(sum(part.size + coalesce(octet_length(part.separator), 0))
                            OVER (ORDER BY part.n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::bigint AS position
      FROM (SELECT r.* FROM hartonomous.composition_run r
            WHERE r.tenant_id = $1::integer AND r.parent_atom_id = $2::bigint AND r.first_sequence <= $3::bigint
            ORDER BY r.first_sequence DESC LIMIT 1) AS run
      CROSS JOIN LATERAL unnest(run.components, run.sizes, run.separators) WITH ORDINALITY AS part (atom_id, size, separator, n)) AS item
LEFT JOIN hartonomous.atom a ON a.tenant_id = $1::integer AND a.atom_id = item.atom_id
WHERE item.sequence >= $3::bigint
ORDER BY item.sequence
