CREATE INDEX atom_hash IF NOT EXISTS FOR (n:Atom) ON (n.contentHash)
