// $tenant; $atoms: ids; $limit. One step upstream from each of the atoms: what it was derived from, what it is a
// component of, and the source it came from. Never leaves the tenant.
UNWIND $atoms AS id
MATCH (a:Atom {id: id, tenantId: $tenant})-[r:DERIVED_FROM]->(p:Atom {tenantId: $tenant})
USING INDEX a:Atom(id, tenantId)
RETURN id AS `from`, 'DERIVED_FROM' AS type, p.id AS id, 1 AS times, p.atomType AS what, p.preview AS text, null AS uri,
       r.derivationType AS derivation, r.confidence AS confidence
ORDER BY `from`, id LIMIT $limit
UNION ALL
UNWIND $atoms AS id
MATCH (a:Atom {id: id, tenantId: $tenant})<-[r:HAS_COMPONENT]-(p:Atom {tenantId: $tenant})
USING INDEX a:Atom(id, tenantId)
RETURN id AS `from`, 'HAS_COMPONENT' AS type, p.id AS id, count(r) AS times, p.atomType AS what, p.preview AS text,
       null AS uri, null AS derivation, 1.0 AS confidence
ORDER BY `from`, id LIMIT $limit
UNION ALL
UNWIND $atoms AS id
MATCH (a:Atom {id: id, tenantId: $tenant})-[r:INGESTED_FROM]->(s:Source {tenantId: $tenant})
USING INDEX a:Atom(id, tenantId)
RETURN id AS `from`, 'INGESTED_FROM' AS type, s.sourceId AS id, 1 AS times, s.contentType AS what, s.fileName AS text,
       s.uri AS uri, null AS derivation, 1.0 AS confidence
ORDER BY `from`, id LIMIT $limit
