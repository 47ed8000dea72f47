-- A source is not there: was it, once? $1 source (bigint).
SELECT hartonomous.source_was_deleted($1::bigint)
