-- $1 tenant, $2 limit. How far the tenant's provenance can be relied on, each from 0 to 1, and how many things that rests on:
-- sources that are complete without a problem; confidence of links between atoms; operations that ended well (of those that ended); inferences
-- that did; confidence of inferences; ratings that people gave. The score is the mean of those that rest on something. All are in millionths.
WITH part AS (
    SELECT 1 AS n, 'sources' AS measure, count(*) FILTER (WHERE state = 'complete' AND problem IS NULL)::double precision * 1000000 AS sum, count(*) AS counted
    FROM hartonomous.source WHERE tenant_id = $1
    UNION ALL
    SELECT 2, 'links', sum(floor(confidence * 1000000 + 0.5)::bigint)::double precision, count(*) FROM hartonomous.provenance_edge WHERE tenant_id = $1
    UNION ALL
    SELECT 3, 'operations', count(*) FILTER (WHERE state = 'complete')::double precision * 1000000, count(*)
    FROM hartonomous.operation WHERE tenant_id = $1 AND state <> 'running'
    UNION ALL
    SELECT 4, 'inferences', count(*) FILTER (WHERE state = 'complete')::double precision * 1000000, count(*) FROM hartonomous.inference WHERE tenant_id = $1
    UNION ALL
    SELECT 5, 'inference confidence', sum(floor(confidence * 1000000 + 0.5)::bigint)::double precision, count(confidence) FROM hartonomous.inference WHERE tenant_id = $1
    UNION ALL
    SELECT 6, 'ratings', sum(floor(rating * 1000000 + 0.5)::bigint)::double precision, count(*) FROM hartonomous.inference_feedback WHERE tenant_id = $1
), measured AS (
    SELECT n, measure, floor(sum / nullif(counted, 0) + 0.5) AS value, counted FROM part
    UNION ALL
    SELECT 7, 'score', floor(avg(floor(sum / counted + 0.5)) + 0.5), count(*) FROM part WHERE counted > 0
)
SELECT m.measure, m.value / 1000000 AS value, m.counted
FROM hartonomous.tenant t CROSS JOIN measured m
WHERE t.tenant_id = $1
ORDER BY m.n
LIMIT $2
