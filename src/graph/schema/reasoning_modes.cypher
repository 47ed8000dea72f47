// $rows: [{type, description}]
UNWIND $rows AS row
MERGE (n:ReasoningMode {type: row.type})
ON CREATE SET n.description = row.description, n.created = datetime()
