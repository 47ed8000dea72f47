-- Composition runs: each takes its components from the arrays of all.
-- $1 integer[] tenants, $2 bigint[] document atoms, $3 bigint[] first sequences, $4 bigint[] first positions,
-- $5 bytea[] leads, $6 integer[] first and $7 integer[] last component (from 1), $8 integer[] 1 where there are separators
-- $9 bigint[] components, $10 integer[] their sizes, $11 bytea[] their separators, $12 integer[] layers
INSERT INTO hartonomous.composition_run (tenant_id, parent_atom_id, first_sequence, first_position, layer, lead, components, sizes, separators)
SELECT tenant_id, parent_atom_id, first_sequence, first_position, layer, lead,
       ($9::bigint[])[first:last], ($10::integer[])[first:last],
       CASE WHEN separated = 1 THEN ($11::bytea[])[first:last] END
FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bytea[], $6::integer[], $7::integer[], $8::integer[], $12::integer[])
     AS run (tenant_id, parent_atom_id, first_sequence, first_position, lead, first, last, separated, layer)
