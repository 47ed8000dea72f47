-- Consecutive nodes of a document.
-- $1 integer tenant, $2 bigint document atom, $3 bigint first node, $4 text[] kinds, $5 text[] labels or nulls, $6 text[] metadata or
-- nulls, $7 bigint[] parents, $8 integer[] depths, $9 bigint[] first components, $10 bigint[] components behind the last, or -1
INSERT INTO hartonomous.structure_run (tenant_id, root_atom_id, first_node, kinds, labels, metadata, parents, depths, begins, ends)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
