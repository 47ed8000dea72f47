-- $1 queue number. One flag.
SELECT broker.senders_done($1)
