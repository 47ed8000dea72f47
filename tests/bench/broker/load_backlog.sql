-- Puts %(count)s messages numbered from 0 into BenchQueue as send_many would, without its array: for backlogs of millions.
-- Run by the owner.
INSERT INTO broker.message (queue_id, id, conversation, message_type, body)
SELECT q.queue_id, numbered.id, numbered.id, 'BenchMessage', jsonb_build_object('n', numbered.n, 'pad', repeat('x', 180))
  FROM broker.queue q, LATERAL (SELECT nextval('broker.handle') AS id, n FROM generate_series(0, %(count)s - 1) AS n) AS numbered
  WHERE q.name = 'BenchQueue'
