// $rows: [id]
UNWIND $rows AS id
MATCH (o:Operation {operationId: 'ingestion:' + toString(id)})
DETACH DELETE o
