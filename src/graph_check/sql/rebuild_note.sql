-- $1 kind (text), $2 tenant id (integer), $3 after (bigint), $4 so many more (bigint), $5 has it ended? (boolean)
UPDATE hartonomous.graph_rebuild
SET kind = $1::text, tenant_id = $2::integer, after_id = $3::bigint, entities = entities + $4::bigint, changed_at = now(),
    ended_at = CASE WHEN $5::boolean THEN now() END
