// $tenant, $after, $to (null: no end), $limit. id and state as read_tenants.sql has it; ascending, after < id <= to.
MATCH (t:Tenant) WHERE t.tenantId > $after AND t.tenantId <= coalesce($to, 9223372036854775807)
WITH t ORDER BY t.tenantId LIMIT $limit
RETURN t.tenantId AS id, t {.*, 
    createdAt: CASE WHEN t.createdAt IS :: ZONED DATETIME THEN t.createdAt.epochSeconds * 1000000 + t.createdAt.microsecond ELSE t.createdAt END} AS state
ORDER BY id
