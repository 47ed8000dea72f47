-- Keeps the messages of a queue back. $1 its name (text). False: it did already.
SELECT broker.disable_queue($1::text)
