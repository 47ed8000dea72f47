// $rows as in data_classifications.cypher. Those with another level are not ours. How many it were.
UNWIND $rows AS row
MATCH (n:DataClassification {level: row.level})
DETACH DELETE n
RETURN count(*)
