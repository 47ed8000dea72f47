-- Records a migration in its own transaction. $1 number, $2 name, $3 SHA-256 of its text. Gives when.
INSERT INTO hartonomous_schema.migration (number, name, sha256) VALUES ($1, $2, $3)
RETURNING to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
