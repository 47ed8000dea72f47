-- Asks for a document of a web server. $1 URL (text), $2 tenant (integer), $3 content type (text) or null. Columns: conversation handle.
SELECT hartonomous.enqueue_fetch($1::text, $2::integer, $3::text)
