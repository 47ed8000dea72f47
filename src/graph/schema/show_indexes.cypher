// Constraints bring an index of the same name.
SHOW INDEXES YIELD name, type, labelsOrTypes, properties, state, owningConstraint, createStatement
RETURN name, type, labelsOrTypes, properties, state, createStatement, owningConstraint
ORDER BY name
