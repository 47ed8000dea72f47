-- $1 queue number, $2 message ids (bigint[]; null: all of the locked conversations), $3 the id that is blamed or null,
-- $4 poison?, $5 error code, $6 error text. One flag: was the blamed one given up?
SELECT broker.settle($1, $2::bigint[], $3::bigint, $4, $5, $6)
