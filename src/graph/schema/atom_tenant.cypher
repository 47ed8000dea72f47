CREATE INDEX atom_tenant IF NOT EXISTS FOR (n:Atom) ON (n.tenantId)
