// $tenantId, $parent, $sequences
MATCH (p:Atom {id: $parent, tenantId: $tenantId})-[h:HAS_COMPONENT]->() USING INDEX SEEK p:Atom(id, tenantId)
WHERE h.sequenceIndex IN $sequences
DELETE h
