// $tenant; $atoms: ids; $limit. One step from each of the atoms to what it would touch if it went: what was derived from it,
// the version behind it, wholes and sources that contain it, inferences and streams that used or generated it. Never leaves
// the tenant.
CALL {
  UNWIND $atoms AS atom
  MATCH (a:Atom {id: atom, tenantId: $tenant})<-[r:DERIVED_FROM]-(c:Atom {tenantId: $tenant})
  USING INDEX SEEK a:Atom(id, tenantId)
  RETURN atom, 'DERIVED_FROM' AS type, 'Atom' AS node, c.id AS id, 1 AS times, c.atomType AS kind, c.preview AS text,
         null AS uri, r.derivationType AS derivation, r.confidence AS confidence
  ORDER BY atom, id LIMIT $limit
UNION ALL
  UNWIND $atoms AS atom
  MATCH (a:Atom {id: atom, tenantId: $tenant})-[r:SUPERSEDED_BY]->(c:Atom {tenantId: $tenant})
  USING INDEX SEEK a:Atom(id, tenantId)
  RETURN atom, 'SUPERSEDED_BY' AS type, 'Atom' AS node, c.id AS id, 1 AS times, c.atomType AS kind, c.preview AS text,
         null AS uri, r.derivationType AS derivation, r.confidence AS confidence
  ORDER BY atom, id LIMIT $limit
UNION ALL
  UNWIND $atoms AS atom
  MATCH (a:Atom {id: atom, tenantId: $tenant})<-[r:HAS_COMPONENT]-(p:Atom {tenantId: $tenant})
  USING INDEX SEEK a:Atom(id, tenantId)
  WITH atom, p, count(r) AS times
  RETURN atom, 'HAS_COMPONENT' AS type, 'Atom' AS node, p.id AS id, times, p.atomType AS kind, p.preview AS text,
         null AS uri, null AS derivation, null AS confidence
  ORDER BY atom, id LIMIT $limit
UNION ALL
  UNWIND $atoms AS atom
  MATCH (a:Atom {id: atom, tenantId: $tenant})-[:INGESTED_FROM]->(s:Source {tenantId: $tenant})
  USING INDEX SEEK a:Atom(id, tenantId)
  RETURN atom, 'INGESTED_FROM' AS type, 'Source' AS node, s.sourceId AS id, 1 AS times, s.contentType AS kind, s.fileName AS text,
         s.uri AS uri, null AS derivation, null AS confidence
  ORDER BY atom, id LIMIT $limit
UNION ALL
  UNWIND $atoms AS atom
  MATCH (a:Atom {id: atom, tenantId: $tenant})<-[r:HAD_INPUT|USED_ATOM|GENERATED]-(i:Inference {tenantId: $tenant})
  USING INDEX SEEK a:Atom(id, tenantId)
  WITH atom, i, type(r) AS type, count(r) AS times
  RETURN atom, type, 'Inference' AS node, i.inferenceId AS id, times, i.taskType AS kind, null AS text,
         null AS uri, null AS derivation, null AS confidence
  ORDER BY type, atom, id LIMIT $limit
UNION ALL
  UNWIND $atoms AS atom
  MATCH (a:Atom {id: atom, tenantId: $tenant})<-[r:GENERATED]-(g:GenerationStream {tenantId: $tenant})
  USING INDEX SEEK a:Atom(id, tenantId)
  WITH atom, g, count(r) AS times
  RETURN atom, 'GENERATED' AS type, 'GenerationStream' AS node, g.streamId AS id, times, null AS kind, g.name AS text,
         null AS uri, null AS derivation, null AS confidence
  ORDER BY atom, id LIMIT $limit
}
RETURN atom, type, node, id, times, kind, text, uri, derivation, confidence
ORDER BY type, node, atom, id LIMIT $limit
