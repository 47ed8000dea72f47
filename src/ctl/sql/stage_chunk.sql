-- $1 tenant (integer), $2 source (bigint), $3 chunk (integer), $4 encoding (text), $5 bytes (integer), $6 encoded bytes (bytea).
SELECT hartonomous.stage_chunk($1::integer, $2::bigint, $3::integer, $4::text, $5::integer, $6::bytea)
