-- Sends %(count)s messages numbered from 0, made where they are stored: for backlogs of millions. Run by the owner.
SELECT broker.send_many('ClientService', 'BenchReceiver', 'BenchContract', 'BenchMessage', part.bodies)
FROM generate_series(0, %(count)s - 1, 10000) AS first,
     LATERAL (SELECT array_agg(jsonb_build_object('n', n, 'pad', repeat('x', 180)) ORDER BY n) AS bodies
              FROM generate_series(first, least(first + 9999, %(count)s - 1)) AS n) AS part
