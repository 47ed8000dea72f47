CREATE INDEX atom_type IF NOT EXISTS FOR (n:Atom) ON (n.atomType)
