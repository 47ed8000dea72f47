-- $1 queue number.
SELECT broker.release_due($1)
