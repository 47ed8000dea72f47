-- $1 tenants, $2 atoms (arrays of equal length), $3 model, $4 numbers in a vector, $5 all vectors, one behind the other.
INSERT INTO hartonomous.embedding (tenant_id, model_id, atom_id, vector)
SELECT item.tenant_id, $3::integer, item.atom_id, ($5::real[])[(item.n - 1) * $4::integer + 1 : item.n * $4::integer]
FROM unnest($1::integer[], $2::bigint[]) WITH ORDINALITY AS item (tenant_id, atom_id, n)
ON CONFLICT DO NOTHING
