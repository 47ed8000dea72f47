CREATE CONSTRAINT source_id_unique IF NOT EXISTS FOR (n:Source) REQUIRE (n.sourceId, n.tenantId) IS UNIQUE
