CREATE INDEX operation_type IF NOT EXISTS FOR (n:Operation) ON (n.operationType)
