-- What the broker needs now and then. One row: what there was to do or null, and the most of one thing. Samples are taken each time.
SELECT string_agg(format('%s %s', m.done, m.task), ', '), max(m.done) FROM broker.maintain() AS m WHERE m.done > 0 AND m.task <> 'queues sampled'
