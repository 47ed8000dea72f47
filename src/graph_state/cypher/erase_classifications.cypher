// $rows: [id of the atom]. The second condition lets the unique index be used.
UNWIND $rows AS id
MATCH (a:Atom)-[old:CLASSIFIED_AS]->() USING INDEX SEEK a:Atom(id, tenantId) WHERE a.id = id AND a.tenantId IS NOT NULL
DELETE old
