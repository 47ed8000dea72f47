-- What is in a queue by priority, the most urgent first. $1 its name (text).
SELECT priority, depth::bigint, deferred::bigint FROM broker.queue_depth WHERE queue = $1::text ORDER BY priority DESC
