CREATE INDEX atom_created IF NOT EXISTS FOR (n:Atom) ON (n.createdAt)
