CREATE INDEX operation_created IF NOT EXISTS FOR (n:Operation) ON (n.createdAt)
