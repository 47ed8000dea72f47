// $rows as in data_classifications.cypher. How often each is there: once, if all is well.
UNWIND $rows AS row
OPTIONAL MATCH (n:DataClassification {level: row.level})
RETURN row.level AS value, count(n) AS found
