-- Has queue $1 (text) room for one more reader? One flag. Asked before broker.attach, which refuses with an error, and PostgreSQL's log
-- would have a line for each.
SELECT q.max_readers IS NULL OR q.max_readers >
       (SELECT count(*) FROM pg_locks l
        WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
          AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
          AND l.classid::integer = broker.lock_class_reader() AND l.objid::integer BETWEEN q.queue_id * 1000 + 1 AND q.queue_id * 1000 + q.max_readers)
FROM broker.queue q WHERE q.name = $1
