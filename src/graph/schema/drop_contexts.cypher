// $rows as in contexts.cypher. Those with another domain are not ours. How many it were.
UNWIND $rows AS row
MATCH (n:Context {domain: row.domain})
DETACH DELETE n
RETURN count(*)
