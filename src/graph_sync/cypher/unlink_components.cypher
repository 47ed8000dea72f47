// $tenantId, $parent, $sequences
MATCH (p:Atom {id: $parent, tenantId: $tenantId})-[h:HAS_COMPONENT]->()
WHERE h.sequenceIndex IN $sequences
DELETE h
