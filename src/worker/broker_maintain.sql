-- What the broker needs now and then. One text: what there was to do, null where nothing. Samples are taken each time.
SELECT string_agg(format('%s %s', m.done, m.task), ', ') FROM broker.maintain() AS m WHERE m.done > 0 AND m.task <> 'queues sampled'
