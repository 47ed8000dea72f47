CREATE INDEX model_name IF NOT EXISTS FOR (n:Model) ON (n.name)
