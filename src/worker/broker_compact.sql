-- Gives back what consumed messages took. One row where something was given back: what, and how often; none where it was not worth it, or
-- not possible now.
SELECT done, 1::bigint FROM broker.compact() AS done WHERE done LIKE '% bytes given back'
