-- Ends staging and asks for ingestion. $1 tenant (integer), $2 source, $3 bytes (bigint), $4 SHA-256 (bytea).
SELECT hartonomous.stage_commit($1::integer, $2::bigint, $3::bigint, $4::bytea)
