CREATE INDEX inference_task IF NOT EXISTS FOR (n:Inference) ON (n.taskType)
