CREATE CONSTRAINT model_version_unique IF NOT EXISTS FOR (n:ModelVersion) REQUIRE (n.modelId, n.version) IS UNIQUE
