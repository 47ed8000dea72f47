// $tenant, $limit. How far the tenant's provenance can be relied on, each from 0 to 1, and how many things that rests on:
// sources that are complete without a problem; confidence of links between atoms; operations that ended well (of those that ended); inferences
// that did; confidence of inferences; ratings that people gave. The score is the mean of those that rest on something. All are in millionths.
MATCH (t:Tenant {tenantId: $tenant}) USING INDEX SEEK t:Tenant(tenantId)
CALL () {
    MATCH (s:Source {tenantId: $tenant})
    RETURN [toFloat(count(CASE WHEN s.state = 'complete' AND s.problem IS NULL THEN 1 END)) * 1000000, count(s)] AS sources
}
CALL () {
    CALL () {
        MATCH (:Atom {tenantId: $tenant})-[l:DERIVED_FROM]->(:Atom {tenantId: $tenant}) USING SCAN l:DERIVED_FROM RETURN l.confidence AS confidence
        UNION ALL
        MATCH (:Atom {tenantId: $tenant})-[l:SUPERSEDED_BY]->(:Atom {tenantId: $tenant}) USING SCAN l:SUPERSEDED_BY RETURN l.confidence AS confidence
    }
    RETURN [toFloat(sum(toInteger(floor(confidence * 1000000 + 0.5)))), count(confidence)] AS links
}
CALL () {
    MATCH (o:Operation {tenantId: $tenant}) USING INDEX SEEK o:Operation(tenantId) WHERE NOT o:IngestionJob AND o.state <> 'running'
    RETURN [toFloat(count(CASE o.state WHEN 'complete' THEN 1 END)) * 1000000, count(o)] AS operations
}
CALL () {
    MATCH (i:Inference {tenantId: $tenant}) USING INDEX SEEK i:Inference(tenantId)
    RETURN [toFloat(count(CASE i.state WHEN 'complete' THEN 1 END)) * 1000000, count(i)] AS inferences,
           [toFloat(sum(toInteger(floor(i.confidence * 1000000 + 0.5)))), count(i.confidence)] AS confidence
}
CALL () {
    MATCH (:Inference {tenantId: $tenant})-[:HAS_FEEDBACK]->(f:Feedback {tenantId: $tenant})
    RETURN [toFloat(sum(toInteger(floor(f.rating * 1000000 + 0.5)))), count(f)] AS ratings
}
WITH ['sources', 'links', 'operations', 'inferences', 'inference confidence', 'ratings'] AS names,
     [of IN [sources, links, operations, inferences, confidence, ratings] |
      [CASE WHEN of[1] > 0 THEN floor(of[0] / of[1] + 0.5) END, of[1]]] AS parts
WITH names + ['score'] AS names,
     [part IN parts WHERE part[1] > 0 | part[0]] AS known, parts
WITH names, parts + [[CASE WHEN size(known) > 0 THEN floor(reduce(sum = 0.0, value IN known | sum + value) / size(known) + 0.5) END, size(known)]] AS parts
UNWIND range(0, size(names) - 1) AS n
WITH n, names[n] AS measure, CASE WHEN parts[n][1] > 0 THEN parts[n][0] / 1000000 END AS value, parts[n][1] AS counted ORDER BY n LIMIT $limit
RETURN measure, value, counted
ORDER BY n
