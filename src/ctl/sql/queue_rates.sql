-- Messages a second of a queue. $1 its name (text).
SELECT minutes, sent_per_second::float8, consumed_per_second::float8, failed_per_second::float8, buried_per_second::float8
FROM broker.queue_rates WHERE queue = $1::text ORDER BY minutes
