-- The queue of the benchmark, its route, and two roles with the least that a reader and a sender need. Run by the owner.
SELECT broker.create_message_type('BenchMessage');
SELECT broker.create_contract('BenchContract', initiator => ARRAY['BenchMessage']);
SELECT broker.create_queue('BenchQueue');
SELECT broker.create_service('BenchReceiver', 'BenchQueue', ARRAY['BenchContract']);

CREATE ROLE bench_sender LOGIN;
CREATE ROLE bench_reader LOGIN;
SELECT broker.grant_send('BenchReceiver', 'bench_sender');
SELECT broker.grant_receive('BenchQueue', 'bench_reader');
