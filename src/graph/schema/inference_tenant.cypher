CREATE INDEX inference_tenant IF NOT EXISTS FOR (n:Inference) ON (n.tenantId)
