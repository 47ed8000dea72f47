-- $1 after (integer). The next tenant; no row: there is none.
SELECT t.tenant_id FROM hartonomous.tenant t WHERE t.tenant_id > $1::integer ORDER BY t.tenant_id LIMIT 1
