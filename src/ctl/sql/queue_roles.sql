-- Roles that may receive from a queue, or send to a service over it. $1 the queue's name (text).
SELECT pg_get_userbyid(r.role)::text AS role, 'receive' AS may, NULL::text AS service
FROM broker.queue q JOIN broker.queue_reader r ON r.queue_id = q.queue_id
WHERE q.name = $1::text
UNION ALL
SELECT pg_get_userbyid(g.role)::text, 'send', g.service
FROM broker.service_sender g
WHERE g.service = '*' OR EXISTS (SELECT FROM broker.service s JOIN broker.queue q ON q.queue_id = s.queue_id WHERE q.name = $1 AND s.name = g.service)
ORDER BY may, role, service
