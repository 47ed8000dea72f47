-- Those of some sources that are complete or failed. $1 tenant (integer), $2 sources (bigint[]).
SELECT source_id, state, coalesce(failure, '') FROM hartonomous.source_status
WHERE tenant_id = $1::integer AND source_id = ANY ($2::bigint[]) AND state IN ('complete', 'failed')
