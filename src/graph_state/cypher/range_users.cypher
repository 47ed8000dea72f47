// $tenant, $after, $to (null: no end), $limit. id and state as read_users.sql has it; ascending, after < id <= to.
MATCH (u:User) WHERE u.tenantId = $tenant AND u.userId > $after AND u.userId <= coalesce($to, 9223372036854775807)
WITH u ORDER BY u.userId LIMIT $limit
RETURN u.userId AS id, u {.*, 
    createdAt: CASE WHEN u.createdAt IS :: ZONED DATETIME THEN u.createdAt.epochSeconds * 1000000 + u.createdAt.microsecond ELSE u.createdAt END} AS state
ORDER BY id
