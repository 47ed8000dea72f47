-- The next portion. $1 model (integer), $2 last tenant (integer), $3 last atom (bigint). How many vectors were removed, the last tenant and
-- atom looked at, and what became of the model: null while there is more.
SELECT r.removed, r.last_tenant_id, r.last_atom_id, r.outcome FROM hartonomous.remove_model($1::integer, $2::integer, $3::bigint) r
