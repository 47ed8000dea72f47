// $tenantId, $parent, $from, $to (null: no end). How many components the parent has in all, and which of that range.
MATCH (p:Atom {id: $parent, tenantId: $tenantId}) USING INDEX SEEK p:Atom(id, tenantId)
RETURN COUNT { (p)-[:HAS_COMPONENT]->() } AS degree,
       [(p)-[h:HAS_COMPONENT]->(c) WHERE h.sequenceIndex >= $from AND h.sequenceIndex < coalesce($to, h.sequenceIndex + 1)
        | [h.sequenceIndex, c.id]] AS present
