// $rows as in reasoning_modes.cypher. How often each is there: once, if all is well.
UNWIND $rows AS row
OPTIONAL MATCH (n:ReasoningMode {type: row.type})
RETURN row.type AS value, count(n) AS found
