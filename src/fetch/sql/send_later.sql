-- Asks for the same again later. $1 body (jsonb), $2 seconds from now (float8).
SELECT broker.send_one('FetchService', 'FetchService', 'FetchContract', 'FetchRequest', $1::jsonb, 5,
                       clock_timestamp() + make_interval(secs => $2::float8))
