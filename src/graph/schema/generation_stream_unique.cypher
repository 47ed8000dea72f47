CREATE CONSTRAINT generation_stream_unique IF NOT EXISTS FOR (n:GenerationStream) REQUIRE n.streamId IS UNIQUE
