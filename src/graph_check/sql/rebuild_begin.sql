-- $1 kind (text), $2 is the graph to be emptied first? (boolean)
INSERT INTO hartonomous.graph_rebuild AS r (kind, emptying) VALUES ($1::text, $2::boolean)
ON CONFLICT (only_one) DO UPDATE SET kind = excluded.kind, tenant_id = 0, after_id = 0, entities = 0, emptying = excluded.emptying,
    begun_at = now(), changed_at = now(), ended_at = NULL
