-- Those of some sources that are complete, failed, or partly done. $1 tenant (integer), $2 sources (bigint[]). Rows: source,
-- state, why it failed, bytes done.
SELECT source_id, state, coalesce(failure, ''), coalesce(byte_offset, 0) FROM hartonomous.source_status
WHERE tenant_id = $1::integer AND source_id = ANY ($2::bigint[]) AND state IN ('complete', 'failed', 'atomizing')
