-- Is there a table of migrations? One flag.
SELECT to_regclass('hartonomous_schema.migration') IS NOT NULL
