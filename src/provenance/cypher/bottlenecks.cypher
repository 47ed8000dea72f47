// $tenant, $limit. Where time goes: types of operations (ingestion is one) with those first that took most in all. p95: the duration that
// 95 in 100 did not exceed; slowest: the operation that took longest; waiting_since: when the oldest began that still runs.
MATCH (o:Operation {tenantId: $tenant}) USING INDEX SEEK o:Operation(tenantId)
WITH o.operationType AS type, count(o) AS operations, count(CASE o.state WHEN 'running' THEN 1 END) AS running,
     count(CASE o.state WHEN 'failed' THEN 1 END) AS failed, sum(o.durationUs) AS total_us, count(o.durationUs) AS ended,
     percentileDisc(o.durationUs, 0.95) AS p95_us, max(o.durationUs) AS max_us,
     min(CASE WHEN o.durationUs IS NOT NULL THEN [-o.durationUs, o.operationId] END) AS slowest,
     min(CASE o.state WHEN 'running' THEN o.createdAt END) AS waiting_since
ORDER BY total_us DESC, type LIMIT $limit
RETURN type, operations, running, failed, total_us, CASE WHEN ended > 0 THEN toFloat(total_us) / ended END AS mean_us, p95_us, max_us,
       slowest[1] AS slowest, waiting_since.epochSeconds * 1000000 + waiting_since.microsecond AS waiting_since
ORDER BY total_us DESC, type
