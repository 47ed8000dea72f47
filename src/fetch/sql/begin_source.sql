-- Begins a source. $1 tenant (integer), $2 file name, $3 URI, $4 content type or null (text).
SELECT hartonomous.stage_begin($1::integer, $2::text, $3::text, $4::text)
