-- The queue of the benchmark, its route, and two roles with the least that a reader and a sender need. Run by the owner.
INSERT INTO broker.queue (name) VALUES ('BenchQueue');
INSERT INTO broker.service (name, queue_id)
SELECT name, (SELECT q.queue_id FROM broker.queue q WHERE q.name = 'BenchQueue') FROM unnest(ARRAY['BenchSender', 'BenchReceiver']) AS name;
INSERT INTO broker.message_type (name) VALUES ('BenchMessage');
INSERT INTO broker.contract (name) VALUES ('BenchContract');
INSERT INTO broker.contract_message_type (contract, message_type, sent_by) VALUES ('BenchContract', 'BenchMessage', 'initiator');
INSERT INTO broker.service_contract (service, contract) VALUES ('BenchReceiver', 'BenchContract');

CREATE ROLE bench_sender LOGIN;
CREATE ROLE bench_reader LOGIN;
GRANT USAGE ON SCHEMA broker TO bench_sender, bench_reader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA broker TO bench_sender, bench_reader;
INSERT INTO broker.queue_reader (queue_id, role)
SELECT q.queue_id, 'bench_reader'::regrole FROM broker.queue q WHERE q.name = 'BenchQueue';
