-- $1 model (integer), $2 tenant (integer) or null. Is there anything to look at?
SELECT hartonomous.begin_backfill($1::integer, $2::integer)
