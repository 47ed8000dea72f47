-- Gives the messages of a queue out again. $1 its name (text). False: it did already.
SELECT broker.enable_queue($1::text)
