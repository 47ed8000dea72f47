// $rows as in reasoning_modes.cypher. Those with another type are not ours. How many it were.
UNWIND $rows AS row
MATCH (n:ReasoningMode {type: row.type})
DETACH DELETE n
RETURN count(*)
