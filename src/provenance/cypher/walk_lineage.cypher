// $tenant; $atoms: ids; $limit. One step upstream from each of the atoms: what it was derived from, the version before it, what
// it is a component of, and the source it came from. Never leaves the tenant.
CALL {
  UNWIND $atoms AS atom
  MATCH (a:Atom {id: atom, tenantId: $tenant})-[r:DERIVED_FROM]->(p:Atom {tenantId: $tenant})
  USING INDEX SEEK a:Atom(id, tenantId)
  RETURN atom, 'DERIVED_FROM' AS type, 'Atom' AS node, p.id AS id, 1 AS times, p.atomType AS kind, p.preview AS text,
         null AS uri, r.derivationType AS derivation, r.confidence AS confidence
  ORDER BY atom, id LIMIT $limit
UNION ALL
  UNWIND $atoms AS atom
  MATCH (a:Atom {id: atom, tenantId: $tenant})<-[r:SUPERSEDED_BY]-(p:Atom {tenantId: $tenant})
  USING INDEX SEEK a:Atom(id, tenantId)
  RETURN atom, 'SUPERSEDED_BY' AS type, 'Atom' AS node, p.id AS id, 1 AS times, p.atomType AS kind, p.preview AS text,
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
}
RETURN atom, type, node, id, times, kind, text, uri, derivation, confidence
ORDER BY type, node, atom, id LIMIT $limit
