-- $1 queue number.
SELECT broker.announce_work($1)
