-- The source a document was handed in as before, or null. $1 tenant (integer), $2 URI (text), $3 SHA-256 (bytea).
SELECT hartonomous.find_unchanged($1::integer, $2::text, $3::bytea)
