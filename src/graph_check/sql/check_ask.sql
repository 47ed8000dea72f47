-- $1 bodies (jsonb[]), $2 priority (integer).
SELECT broker.send_many('ClientService', 'Neo4jSyncService', 'Neo4jSyncContract', 'Neo4jSyncRequest', $1::jsonb[], $2::integer)
