-- Those of some sources that are complete, failed, or partly done; one is complete when the documents in it are, however deep.
-- $1 tenant (integer), $2 sources (bigint[]). Rows: source, state, why it failed, how far it is (bytes and documents in it).
WITH RECURSIVE asked AS (
    SELECT source_id, state, coalesce(failure, '') AS failure, coalesce(byte_offset, 0) AS done
    FROM hartonomous.source_status
    WHERE tenant_id = $1::integer AND source_id = ANY ($2::bigint[]) AND state IN ('complete', 'failed', 'atomizing')
), inside AS (
    SELECT asked.source_id AS outermost, s.source_id, s.state
    FROM asked JOIN hartonomous.source s ON s.tenant_id = $1::integer AND s.parent_source_id = asked.source_id
    WHERE asked.state = 'complete'
    UNION ALL
    SELECT inside.outermost, s.source_id, s.state
    FROM inside JOIN hartonomous.source s ON s.tenant_id = $1::integer AND s.parent_source_id = inside.source_id
), found AS (
    SELECT inside.outermost, count(*) FILTER (WHERE inside.state = 'complete') AS done,
           bool_or(inside.state <> 'complete' AND status.state <> 'failed') AS busy
    FROM inside
    LEFT JOIN LATERAL (SELECT st.state FROM hartonomous.source_status st
                       WHERE inside.state <> 'complete' AND st.tenant_id = $1::integer AND st.source_id = inside.source_id) AS status ON true
    GROUP BY inside.outermost
)
SELECT asked.source_id, CASE WHEN found.busy THEN 'atomizing' ELSE asked.state END, asked.failure,
       (asked.done + coalesce(found.done, 0))::bigint
FROM asked LEFT JOIN found ON found.outermost = asked.source_id
