-- $1 tenant, $2 limit. How well models do: each revision's inferences and streams of generation (those that ended), how many failed, which share went
-- well, how sure it was and how it was rated (means, counted in millionths, so that every order gives the same). Those used most first.
SELECT m.name AS model, m.revision AS version, u.inferences, u.failed, u.streams, u.failed_streams,
       (u.inferences + u.streams - u.failed - u.failed_streams)::double precision / (u.inferences + u.streams) AS success,
       u.confidence / 1000000 / nullif(u.sure, 0) AS mean_confidence, u.ratings, u.rated / 1000000 / nullif(u.ratings, 0) AS mean_rating
FROM (
    SELECT model_id, sum(inferences)::bigint AS inferences, sum(failed)::bigint AS failed, sum(streams)::bigint AS streams,
           sum(failed_streams)::bigint AS failed_streams, sum(sure)::bigint AS sure, sum(confidence) AS confidence,
           sum(ratings)::bigint AS ratings, sum(rated) AS rated
    FROM (
        SELECT i.model_id, count(*) AS inferences, count(*) FILTER (WHERE i.state = 'failed') AS failed, 0 AS streams, 0 AS failed_streams,
               count(i.confidence) AS sure, sum(floor(i.confidence * 1000000 + 0.5)::bigint)::double precision AS confidence, 0 AS ratings, NULL::double precision AS rated
        FROM hartonomous.inference i WHERE i.tenant_id = $1 AND i.model_id IS NOT NULL GROUP BY i.model_id
        UNION ALL
        SELECT i.model_id, 0, 0, 0, 0, 0, NULL, count(*), sum(floor(f.rating * 1000000 + 0.5)::bigint)::double precision
        FROM hartonomous.inference_feedback f JOIN hartonomous.inference i ON i.tenant_id = $1 AND i.inference_id = f.inference_id
        WHERE f.tenant_id = $1 AND i.model_id IS NOT NULL GROUP BY i.model_id
        UNION ALL
        SELECT g.model_id, 0, 0, count(*), count(*) FILTER (WHERE g.state = 'failed'), 0, NULL, 0, NULL
        FROM hartonomous.generation_stream g WHERE g.tenant_id = $1 AND g.model_id IS NOT NULL AND g.state <> 'running' GROUP BY g.model_id) AS used
    GROUP BY model_id) AS u
JOIN hartonomous.model m ON m.model_id = u.model_id
ORDER BY u.inferences + u.streams DESC, m.name COLLATE "C", m.revision COLLATE "C"
LIMIT $2
