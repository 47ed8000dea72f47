-- $1 from service, $2 to service, $3 contract, $4 lifetime in microseconds or null, $5 priority, $6 a related handle or null.
-- One integer: the handle.
SELECT broker.begin_conversation($1, $2, $3, $4::bigint * interval '1 microsecond', $5, $6::bigint)
