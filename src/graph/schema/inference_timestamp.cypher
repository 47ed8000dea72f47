CREATE INDEX inference_timestamp IF NOT EXISTS FOR (n:Inference) ON (n.timestamp)
