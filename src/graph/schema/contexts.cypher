// $rows: [{domain}]
UNWIND $rows AS row
MERGE (n:Context {domain: row.domain})
ON CREATE SET n.created = datetime()
