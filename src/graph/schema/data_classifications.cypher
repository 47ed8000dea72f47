// $rows: [{level, sensitivity}]
UNWIND $rows AS row
MERGE (n:DataClassification {level: row.level})
ON CREATE SET n.sensitivity = row.sensitivity, n.created = datetime()
