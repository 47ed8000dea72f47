-- The next portion. $1 model (integer), $2 tenant (integer) or null. Atoms asked for, atoms looked at, and whether that was the last.
SELECT b.asked, b.looked, b.is_done FROM hartonomous.request_backfill($1::integer, $2::integer) b
