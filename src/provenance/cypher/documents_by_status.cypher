// 2.4 How far a tenant's documents are: for each state how many, their bytes, how many could not be read in full, oldest and
// newest. $tenant, $limit. That a request is a dead letter is known to PostgreSQL alone: its source stays in the state it had.
MATCH (t:Tenant {tenantId: $tenant})<-[:BELONGS_TO_TENANT]-(s {tenantId: $tenant})
USING INDEX SEEK t:Tenant(tenantId)
WHERE 'Source' IN labels(s)
WITH s, s.createdAt.epochSeconds * 1000000 + s.createdAt.microsecond AS delivered,
     s.problem IS NOT NULL
     OR EXISTS { (s)<-[:INGESTED_FROM]-({tenantId: $tenant})<-[:GENERATED]-(j {tenantId: $tenant})
                 WHERE j.problem IS NOT NULL } AS troubled
RETURN s.state AS state, count(*) AS documents, sum(s.size) AS bytes, sum(CASE WHEN troubled THEN 1 ELSE 0 END) AS problems,
       min(delivered) AS oldest, max(delivered) AS newest
ORDER BY documents DESC, state LIMIT $limit
