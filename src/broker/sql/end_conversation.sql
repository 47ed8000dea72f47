-- $1 handle, $2 error code or null, $3 description or null. One flag: was there something to end?
SELECT broker.end_conversation($1, $2::integer, $3)
