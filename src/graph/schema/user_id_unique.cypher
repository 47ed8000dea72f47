CREATE CONSTRAINT user_id_unique IF NOT EXISTS FOR (n:User) REQUIRE (n.userId, n.tenantId) IS UNIQUE
