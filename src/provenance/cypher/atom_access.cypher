// 6.1 Who looked at an atom, or tried to, the latest first.
// $tenant; $atom; $limit.
MATCH (a:Atom {id: $atom, tenantId: $tenant})<-[:ACCESSED]-(e {tenantId: $tenant})<-[:PERFORMED]-(u {tenantId: $tenant})
USING INDEX SEEK a:Atom(id, tenantId)
WITH e, u ORDER BY e.createdAt DESC, e.accessId DESC LIMIT $limit
RETURN e.createdAt.epochSeconds * 1000000 + e.createdAt.microsecond AS at, e.accessId AS access, u.userId AS user,
       u.name AS user_name, u.clearance AS clearance, e.action AS action, e.allowed AS allowed, e.reason AS reason
ORDER BY at DESC, access DESC
