CREATE INDEX operation_tenant IF NOT EXISTS FOR (n:Operation) ON (n.tenantId)
