// 6.7 Access that should not be: what was refused, and what was allowed to a user whose clearance is, as things are today, below
// the atom's classification. The latest first.
// $tenant; $since: from then on, in microseconds since 1970, null for all; $limit.
MATCH (u:User {tenantId: $tenant}) USING INDEX SEEK u:User(tenantId)
OPTIONAL MATCH (k:DataClassification {level: u.clearance})
WITH u, k.sensitivity AS clearance
MATCH (u)-[:PERFORMED]->(e {tenantId: $tenant})-[:ACCESSED]->(a {tenantId: $tenant})
WHERE $since IS NULL OR e.createdAt.epochSeconds * 1000000 + e.createdAt.microsecond >= $since
OPTIONAL MATCH (a)-[:CLASSIFIED_AS]->(c:DataClassification)
WITH u, clearance, e, a, c WHERE NOT e.allowed OR c.sensitivity > clearance
WITH u, e, a, c ORDER BY e.createdAt DESC, e.accessId DESC LIMIT $limit
RETURN e.createdAt.epochSeconds * 1000000 + e.createdAt.microsecond AS at, e.accessId AS access,
       CASE WHEN e.allowed THEN 'clearance too low' ELSE 'refused' END AS why, u.userId AS user, u.name AS user_name,
       u.clearance AS clearance, a.id AS atom, c.level AS level, e.action AS action, e.allowed AS allowed, e.reason AS reason
ORDER BY at DESC, access DESC
