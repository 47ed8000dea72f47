-- Sources that are not complete, by state, with those apart whose message was given up.
SELECT count(*) FILTER (WHERE state = 'staging' AND NOT failed), count(*) FILTER (WHERE state = 'queued' AND NOT failed),
       count(*) FILTER (WHERE state = 'atomizing' AND NOT failed), count(*) FILTER (WHERE failed)
FROM (SELECT s.state, EXISTS (SELECT FROM broker.dead_letter d
                              WHERE d.queue = 'IngestionQueue' AND d.body ->> 'SourceId' = s.source_id::text) AS failed
      FROM hartonomous.source s WHERE s.state <> 'complete') AS unfinished
