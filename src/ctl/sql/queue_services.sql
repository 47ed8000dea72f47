-- Services over a queue and the contracts they accept, a row each. $1 the queue's name (text).
SELECT s.name, c.contract
FROM broker.queue q
JOIN broker.service s ON s.queue_id = q.queue_id
LEFT JOIN broker.service_contract c ON c.service = s.name
WHERE q.name = $1::text ORDER BY s.name, c.contract
