// $rows: [id]
UNWIND $rows AS id
MATCH (o:Operation {operationId: toString(id)})
DETACH DELETE o
