CREATE INDEX user_tenant IF NOT EXISTS FOR (n:User) ON (n.tenantId)
