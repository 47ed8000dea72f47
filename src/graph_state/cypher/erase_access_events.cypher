// $rows: [id]
UNWIND $rows AS id
MATCH (e:AccessEvent {accessId: id})
DETACH DELETE e
