-- Dead letters of queue $1 (text) by reason: the $2 most frequent ones and "other". Rows: reason (what is longer is cut), count.
SELECT CASE WHEN ranked.place <= $2 THEN ranked.reason ELSE 'other' END AS reason, sum(ranked.letters)::bigint
FROM (SELECT counted.reason, counted.letters, row_number() OVER (ORDER BY counted.letters DESC, counted.reason) AS place
        FROM (SELECT left(d.reason, 100) AS reason, count(*) AS letters FROM broker.dead_letter d WHERE d.queue = $1 GROUP BY 1) AS counted) AS ranked
GROUP BY 1 ORDER BY min(ranked.place)
