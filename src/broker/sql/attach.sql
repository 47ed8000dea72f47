-- Makes this connection a reader of queue $1 (text). One integer: the queue's number.
SELECT broker.attach($1)
