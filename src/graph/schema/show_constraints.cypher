SHOW CONSTRAINTS YIELD name, type, labelsOrTypes, properties, createStatement
RETURN name, type, labelsOrTypes, properties, 'ONLINE' AS state, createStatement
ORDER BY name
