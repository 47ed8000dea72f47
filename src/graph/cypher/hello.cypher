// Proves the login and the database, and nothing else.
RETURN 1
