-- Adds to what tenants have. $1 tenants (integer[]), $2 atoms (bigint[]), $3 their bytes (bigint[]).
SELECT hartonomous.count_usage($1::integer[], $2::bigint[], $3::bigint[])
