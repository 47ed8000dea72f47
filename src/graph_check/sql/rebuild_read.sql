-- Where the rebuild has come to; no row: there never was one.
SELECT r.kind, r.tenant_id, r.after_id, r.entities, r.emptying, r.ended_at IS NOT NULL FROM hartonomous.graph_rebuild r
