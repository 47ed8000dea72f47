-- $1 from service, $2 to service, $3 contract, $4 message type, $5 body (jsonb).
SELECT broker.send_one($1, $2, $3, $4, $5)
