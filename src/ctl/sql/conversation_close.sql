-- Ends an end of a conversation. $1 its handle (bigint), $2 error code (integer) or null, $3 description (text) or null, $4 the other
-- end too (boolean). False: there is none.
SELECT broker.close_conversation($1::bigint, $2::integer, $3::text, $4::boolean)
