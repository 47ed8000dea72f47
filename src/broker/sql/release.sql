-- $1 delivery.
SELECT broker.release_delivery($1)
