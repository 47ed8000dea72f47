-- Documents that lay in others were derived from them; the links' trigger tells the graph.
-- $1 integer[] tenants, $2 bigint[] sources that are complete
SELECT hartonomous.link_children($1::integer[], $2::bigint[])
