// 3.5 Which types of operations there are, the most frequent first: how many in each state, their share of all, first and last
// beginning. $tenant, $limit.
MATCH (o:Operation {tenantId: $tenant})
USING INDEX SEEK o:Operation(tenantId)
WITH o.operationType AS type, o.state AS state, o.createdAt.epochSeconds * 1000000 + o.createdAt.microsecond AS began
WITH type, count(*) AS operations, sum(CASE state WHEN 'running' THEN 1 ELSE 0 END) AS running,
     sum(CASE state WHEN 'complete' THEN 1 ELSE 0 END) AS complete, sum(CASE state WHEN 'failed' THEN 1 ELSE 0 END) AS failed,
     min(began) AS first, max(began) AS last
WITH collect([type, operations, running, complete, failed, first, last]) AS types, sum(operations) AS total
UNWIND types AS row
RETURN row[0] AS type, row[1] AS operations, row[2] AS running, row[3] AS complete, row[4] AS failed,
       toFloat(row[1]) / total AS share, row[5] AS first, row[6] AS last
ORDER BY operations DESC, type LIMIT $limit
