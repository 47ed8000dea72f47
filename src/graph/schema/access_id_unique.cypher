CREATE CONSTRAINT access_id_unique IF NOT EXISTS FOR (n:AccessEvent) REQUIRE n.accessId IS UNIQUE
