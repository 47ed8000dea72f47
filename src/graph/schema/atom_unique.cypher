CREATE CONSTRAINT atom_unique IF NOT EXISTS FOR (n:Atom) REQUIRE (n.id, n.tenantId) IS UNIQUE
