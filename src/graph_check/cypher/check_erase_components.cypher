// $rows: parents; $tenant; $limit. Takes so many of their components away; how many it were.
UNWIND $rows AS id
MATCH (p:Atom {id: id, tenantId: $tenant})-[h:HAS_COMPONENT]->() USING INDEX SEEK p:Atom(id, tenantId)
WITH h LIMIT $limit
DELETE h
RETURN count(*)
