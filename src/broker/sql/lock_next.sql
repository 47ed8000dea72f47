-- $1 queue number, $2 how many at most, $3 look behind this message id. One integer: conversations locked, or -1.
SELECT broker.lock_next($1, $2, $3)
