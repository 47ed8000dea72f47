// 6.3 How sensitive atoms are, the most sensitive first: one atom, one level, or all that somebody classified.
// $tenant; $atom: its id, null for all; $level: public, internal, confidential or restricted, null for all; $limit.
CALL {
    UNWIND CASE WHEN $atom IS NULL THEN [] ELSE [$atom] END AS wanted
    MATCH (a:Atom {id: wanted, tenantId: $tenant})-[r:CLASSIFIED_AS]->(c:DataClassification)
    USING INDEX SEEK a:Atom(id, tenantId)
    RETURN a, r, c
    UNION ALL
    UNWIND CASE WHEN $atom IS NULL THEN [true] ELSE [] END AS every
    MATCH (a {tenantId: $tenant})-[r:CLASSIFIED_AS]->(c:DataClassification)
    USING SCAN c:DataClassification
    WHERE $level IS NULL OR c.level = $level
    RETURN a, r, c
}
WITH a, r, c WHERE $level IS NULL OR c.level = $level
WITH a, r, c ORDER BY c.sensitivity DESC, a.id LIMIT $limit
RETURN a.id AS atom, c.level AS level, c.sensitivity AS sensitivity, r.reason AS reason, a.atomType AS type,
       a.preview AS text, r.createdAt.epochSeconds * 1000000 + r.createdAt.microsecond AS at
ORDER BY sensitivity DESC, atom
