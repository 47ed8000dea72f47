// $tenant, $after, $to (null: no end): parents; $from, $until: sequence indexes; $limit. Parent, sequence index, component
// (null: not one of this tenant's atoms), in this order. Other indexes than numbers are strays.
MATCH (p:Atom) WHERE p.tenantId = $tenant AND p.id > $after AND p.id <= coalesce($to, 9223372036854775807)
MATCH (p)-[h:HAS_COMPONENT]->(c)
WHERE h.sequenceIndex >= $from AND h.sequenceIndex < $until
RETURN p.id AS parent, h.sequenceIndex AS sequence, CASE WHEN c:Atom AND c.tenantId = $tenant THEN c.id END AS component
ORDER BY parent, sequence, component LIMIT $limit
