-- $1 handle, $2 bodies (jsonb[]), $3 when they are due in microseconds since 1970 or null.
SELECT count(broker.send($1, 'InferenceJobRequest', m.body, to_timestamp($3::bigint / 1000000.0)))
FROM (SELECT b.body FROM unnest($2) WITH ORDINALITY AS b (body, position) ORDER BY b.position) AS m
