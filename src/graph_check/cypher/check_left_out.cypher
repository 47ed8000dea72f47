// $tenant, $modalities (null: all), $ids (null: any), $limit, $delete. Atoms that nothing leads to or from, of modalities whose
// components stay out of the graph: such components. With $delete they are deleted.
MATCH (a:Atom)
WHERE a.tenantId = $tenant AND a.id IS :: INTEGER NOT NULL AND ($ids IS NULL OR a.id IN $ids)
  AND ($modalities IS NULL OR split(toStringOrNull(a.atomType), '/')[0] IN $modalities) AND NOT EXISTS { (a)--() }
WITH a, a.id AS id, toStringOrNull(a.atomType) AS type ORDER BY id LIMIT $limit
FOREACH (gone IN CASE WHEN $delete THEN [a] ELSE [] END | DELETE gone)
RETURN id, type
