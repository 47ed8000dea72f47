-- What a tenant may have. $1 tenant (integer), $2 atoms, $3 bytes (bigint): -1 for no limit, null to leave it as it is.
SELECT hartonomous.set_quota($1::integer, nullif(coalesce($2::bigint, now_has.max_atoms), -1), nullif(coalesce($3::bigint, now_has.max_bytes), -1))
FROM (VALUES (1)) AS one
LEFT JOIN hartonomous.tenant now_has ON now_has.tenant_id = $1::integer
