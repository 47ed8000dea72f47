-- $1 queue number.
SELECT broker.announce_sleep($1)
