CREATE CONSTRAINT operation_id_unique IF NOT EXISTS FOR (n:Operation) REQUIRE n.operationId IS UNIQUE
