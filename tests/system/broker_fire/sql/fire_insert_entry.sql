-- $1 number of a message. Its constraint is checked at COMMIT, and never holds.
INSERT INTO fire.entry (n) VALUES ($1)
