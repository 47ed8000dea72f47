// Neo4j Enterprise only.
CREATE CONSTRAINT atom_id_exists IF NOT EXISTS FOR (n:Atom) REQUIRE n.id IS NOT NULL
