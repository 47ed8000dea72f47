-- Stages bytes. $1 tenant (integer), $2 source (bigint), $3 number of the chunk, $4 bytes (integer), $5 the bytes (bytea).
SELECT hartonomous.stage_chunk($1::integer, $2::bigint, $3::integer, 'plain', $4::integer, $5::bytea)
