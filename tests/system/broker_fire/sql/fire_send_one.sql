-- $1 body (jsonb), $2 priority, $3 when it is due in microseconds since 1970 or null.
SELECT broker.send_one('ClientService', 'InferenceService', 'InferenceJobContract', 'InferenceJobRequest', $1, $2, to_timestamp($3::bigint / 1000000.0))
