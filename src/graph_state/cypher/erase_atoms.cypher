// $rows: [id]. The second condition lets the unique index be used.
UNWIND $rows AS id
MATCH (a:Atom) USING INDEX SEEK a:Atom(id, tenantId) WHERE a.id = id AND a.tenantId IS NOT NULL
DETACH DELETE a
