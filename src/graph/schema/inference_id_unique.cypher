CREATE CONSTRAINT inference_id_unique IF NOT EXISTS FOR (n:Inference) REQUIRE n.inferenceId IS UNIQUE
