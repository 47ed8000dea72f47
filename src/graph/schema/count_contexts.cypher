// $rows as in contexts.cypher. How often each is there: once, if all is well.
UNWIND $rows AS row
OPTIONAL MATCH (n:Context {domain: row.domain})
RETURN row.domain AS value, count(n) AS found
