// 4.2 What an inference rests on: the atoms it used, the documents they are part of, and where those came from. An atom of
// no known source is a row without one.
// $tenant; $inference; $depth: so many steps up from an atom to what it is part of, at most 10; $limit.
MATCH (i:Inference {inferenceId: $inference, tenantId: $tenant})-[used:USED_ATOM]->(a {tenantId: $tenant})
USING INDEX SEEK i:Inference(inferenceId)
WITH a, collect({ordinal: used.ordinal, influence: used.influence}) AS uses
CALL {
    WITH a
    MATCH walk = (a)<-[:HAS_COMPONENT*0..10]-(d)
    WHERE all(n IN nodes(walk) WHERE n.tenantId = $tenant)
    WITH d, min(length(walk)) AS distance
    WHERE distance <= $depth
    MATCH (d)-[:INGESTED_FROM]->(s {tenantId: $tenant})
    WITH d, distance, s ORDER BY distance, d.id, s.sourceId LIMIT $limit
    RETURN collect({document: d.id, distance: distance, source: s}) AS found
}
UNWIND uses AS use
UNWIND CASE WHEN found = [] THEN [null] ELSE found END AS origin
WITH a, use, origin, origin.source AS s
ORDER BY coalesce(use.influence, -1.0) DESC, use.ordinal, origin.distance, origin.document, s.sourceId LIMIT $limit
RETURN a.id AS atom, a.atomType AS type, use.ordinal AS ordinal, use.influence AS influence, a.preview AS text,
       origin.document AS document, origin.distance AS distance, 'source ' + toString(s.sourceId) AS source,
       s.fileName AS name, s.uri AS uri, s.createdAt.epochSeconds * 1000000 + s.createdAt.microsecond AS delivered
ORDER BY coalesce(influence, -1.0) DESC, ordinal, distance, document, s.sourceId
