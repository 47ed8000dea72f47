-- The source that this document was delivered as, unchanged; null where there is none. $1 tenant (integer), $2 URI (text), $3 SHA-256 (bytea).
SELECT hartonomous.find_unchanged($1::integer, $2::text, $3::bytea)
