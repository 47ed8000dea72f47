// $tenant, $limit. How much a tenant has of everything. What does not go to the graph (components of pictures, say) is not counted here.
MATCH (t:Tenant {tenantId: $tenant}) USING INDEX SEEK t:Tenant(tenantId)
CALL () {
    MATCH (s:Source {tenantId: $tenant})
    RETURN [count(s), count(CASE s.state WHEN 'complete' THEN 1 END), count(s.problem), sum(CASE s.state WHEN 'complete' THEN s.size END)] AS sources
}
CALL () {
    MATCH (a:Atom {tenantId: $tenant})-[i:INGESTED_FROM]->(:Source {tenantId: $tenant}) USING SCAN i:INGESTED_FROM
    RETURN count(DISTINCT a) AS documents
}
CALL () { MATCH (a:Atom {tenantId: $tenant}) USING INDEX SEEK a:Atom(tenantId) RETURN count(a) AS atoms }
CALL () { MATCH (:Atom {tenantId: $tenant})-[h:HAS_COMPONENT]->(:Atom {tenantId: $tenant}) USING SCAN h:HAS_COMPONENT RETURN count(h) AS components }
CALL () { MATCH (:Atom {tenantId: $tenant})-[d:DERIVED_FROM]->(:Atom {tenantId: $tenant}) USING SCAN d:DERIVED_FROM RETURN count(d) AS derivations }
CALL () { MATCH (:Atom {tenantId: $tenant})-[u:SUPERSEDED_BY]->(:Atom {tenantId: $tenant}) USING SCAN u:SUPERSEDED_BY RETURN count(u) AS supersessions }
CALL () {
    MATCH (o:Operation {tenantId: $tenant}) USING INDEX SEEK o:Operation(tenantId)
    RETURN [count(CASE WHEN NOT o:IngestionJob THEN 1 END), count(CASE WHEN NOT o:IngestionJob AND o.state = 'failed' THEN 1 END),
            count(CASE WHEN o:IngestionJob THEN 1 END)] AS operations
}
CALL () { MATCH (g:GenerationStream {tenantId: $tenant}) RETURN count(g) AS streams }
CALL () {
    MATCH (i:Inference {tenantId: $tenant}) USING INDEX SEEK i:Inference(tenantId)
    RETURN [count(i), count(CASE i.state WHEN 'failed' THEN 1 END)] AS inferences
}
CALL () { MATCH (:Inference {tenantId: $tenant})-[:HAS_FEEDBACK]->(f:Feedback {tenantId: $tenant}) RETURN count(f) AS feedback }
CALL () { MATCH (u:User {tenantId: $tenant}) USING INDEX SEEK u:User(tenantId) RETURN count(u) AS users }
CALL () { MATCH (e:AccessEvent {tenantId: $tenant}) RETURN [count(e), count(CASE WHEN NOT e.allowed THEN 1 END)] AS accesses }
CALL () { MATCH (a:Atom {tenantId: $tenant})-[c:CLASSIFIED_AS]->(:DataClassification) USING SCAN c:CLASSIFIED_AS RETURN count(DISTINCT a) AS classified }
CALL () { MATCH (r:ComplianceRule {tenantId: $tenant}) RETURN count(r) AS rules }
WITH ['sources', 'sources complete', 'sources with a problem', 'bytes of complete sources', 'documents', 'atoms', 'components', 'derivations', 'supersessions',
      'operations', 'operations failed', 'ingestion jobs', 'generation streams', 'inferences', 'inferences failed', 'feedback',
      'users', 'accesses', 'accesses refused', 'classified atoms', 'compliance rules'] AS names,
     sources + [documents, atoms, components, derivations, supersessions] + operations + [streams] + inferences + [feedback, users] + accesses
         + [classified, rules] AS counts
UNWIND range(0, size(names) - 1) AS n
WITH n, names[n] AS measure, counts[n] AS value ORDER BY n LIMIT $limit
RETURN measure, value
ORDER BY n
