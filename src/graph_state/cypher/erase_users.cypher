// $rows: [id]. The second condition lets the unique index be used.
UNWIND $rows AS id
MATCH (u:User) USING INDEX SEEK u:User(userId, tenantId) WHERE u.userId = id AND u.tenantId IS NOT NULL
DETACH DELETE u
