-- $1 queue number, $2 delivery, $3 its message ids (bigint[]), $4 the id that is blamed or null, $5 poison?, $6 error code,
-- $7 error text. One flag: was the blamed one given up?
SELECT broker.settle($1, $2, $3, $4::bigint, $5, $6, $7)
