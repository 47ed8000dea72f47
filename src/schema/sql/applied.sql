-- The migrations this database has had, in order: number, name, SHA-256, when.
SELECT number, name, sha256, to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
FROM hartonomous_schema.migration ORDER BY number
