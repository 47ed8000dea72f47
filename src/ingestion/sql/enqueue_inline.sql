-- A document that came inside its message.
-- $1 text file name, $2 text base64, $3 integer tenant, $4 text URI or null
SELECT hartonomous.enqueue_ingestion($1, decode($2, 'base64'), $3, $4)
