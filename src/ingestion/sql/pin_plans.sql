-- For this transaction: plans that are right whatever the statistics say. Every statement here looks up few rows of big
-- tables by their keys, but a table that was analyzed while it was empty would be read whole, once for each key.
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
       set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true)
