-- Notes that a message was handled: conversation $1 (int8), greeting $2 (text).
INSERT INTO test.effect (conversation, greeting) VALUES ($1, $2)
