-- Until this transaction ends nobody deletes atoms of these tenants: one that was found stays.
-- $1 integer[] tenants
SELECT pg_advisory_xact_lock_shared(hartonomous.lock_class_tenant(), tenant_id)
FROM (SELECT DISTINCT tenant_id FROM unnest($1::integer[]) AS tenant_id ORDER BY tenant_id) AS ordered
