// $rows: [id]
UNWIND $rows AS id
MATCH (g:GenerationStream {streamId: id})
DETACH DELETE g
