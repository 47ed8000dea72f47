-- Records a migration in its own transaction. $1 number, $2 name, $3 SHA-256 of its text.
INSERT INTO hartonomous_schema.migration (number, name, sha256) VALUES ($1, $2, $3)
