// 3.3 How long operations took, by type, those that took most in all first. Ended ones only. $tenant; $since: began from then
// on, microseconds, null for ever; $limit. A percentile is a duration that was measured.
MATCH (o:Operation {tenantId: $tenant})
USING INDEX SEEK o:Operation(tenantId)
WHERE o.durationUs IS NOT NULL
  AND ($since IS NULL OR o.createdAt.epochSeconds * 1000000 + o.createdAt.microsecond >= $since)
WITH o.operationType AS type, count(*) AS operations, sum(o.durationUs) AS total_us, percentileDisc(o.durationUs, 0.5) AS p50_us,
     percentileDisc(o.durationUs, 0.95) AS p95_us, max(o.durationUs) AS max_us
RETURN type, operations, toFloat(total_us) / operations AS mean_us, p50_us, p95_us, max_us, total_us
ORDER BY total_us DESC, type LIMIT $limit
