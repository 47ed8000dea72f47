CREATE INDEX decision_confidence IF NOT EXISTS FOR (n:Decision) ON (n.confidence)
