-- $1 tenant (integer), $2 file name (text), $3 URI (text) or null, $4 content type (text) or null.
SELECT hartonomous.stage_begin($1::integer, $2::text, $3::text, $4::text)
