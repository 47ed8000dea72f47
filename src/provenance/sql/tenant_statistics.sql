-- $1 tenant, $2 limit. How much a tenant has of everything, also of what does not go to the graph.
SELECT counted.measure, counted.value
FROM hartonomous.tenant t
CROSS JOIN LATERAL (VALUES
    (1, 'sources', (SELECT count(*) FROM hartonomous.source WHERE tenant_id = $1)),
    (2, 'sources complete', (SELECT count(*) FROM hartonomous.source WHERE tenant_id = $1 AND state = 'complete')),
    (3, 'sources with a problem', (SELECT count(*) FROM hartonomous.source WHERE tenant_id = $1 AND problem IS NOT NULL)),
    (4, 'bytes of complete sources', (SELECT coalesce(sum(size), 0)::bigint FROM hartonomous.source WHERE tenant_id = $1 AND state = 'complete')),
    (5, 'documents', (SELECT count(DISTINCT root_atom_id) FROM hartonomous.source WHERE tenant_id = $1)),
    (6, 'atoms', (SELECT count(*) FROM hartonomous.atom WHERE tenant_id = $1)),
    (7, 'components', (SELECT coalesce(sum(cardinality(components)), 0)::bigint FROM hartonomous.composition_run WHERE tenant_id = $1)),
    (8, 'derivations', (SELECT count(*) FROM hartonomous.provenance_edge WHERE tenant_id = $1 AND type = 'DERIVED_FROM')),
    (9, 'supersessions', (SELECT count(*) FROM hartonomous.provenance_edge WHERE tenant_id = $1 AND type = 'SUPERSEDED_BY')),
    (10, 'operations', (SELECT count(*) FROM hartonomous.operation WHERE tenant_id = $1)),
    (11, 'operations failed', (SELECT count(*) FROM hartonomous.operation WHERE tenant_id = $1 AND state = 'failed')),
    (12, 'ingestion jobs', (SELECT count(*) FROM hartonomous.ingestion_job WHERE tenant_id = $1)),
    (13, 'generation streams', (SELECT count(*) FROM hartonomous.generation_stream WHERE tenant_id = $1)),
    (14, 'inferences', (SELECT count(*) FROM hartonomous.inference WHERE tenant_id = $1)),
    (15, 'inferences failed', (SELECT count(*) FROM hartonomous.inference WHERE tenant_id = $1 AND state = 'failed')),
    (16, 'feedback', (SELECT count(*) FROM hartonomous.inference_feedback WHERE tenant_id = $1)),
    (17, 'users', (SELECT count(*) FROM hartonomous.user_account WHERE tenant_id = $1)),
    (18, 'accesses', (SELECT count(*) FROM hartonomous.access_event WHERE tenant_id = $1)),
    (19, 'accesses refused', (SELECT count(*) FROM hartonomous.access_event WHERE tenant_id = $1 AND NOT allowed)),
    (20, 'classified atoms', (SELECT count(*) FROM hartonomous.classification WHERE tenant_id = $1)),
    (21, 'compliance rules', (SELECT count(*) FROM hartonomous.compliance_rule WHERE tenant_id = $1))) AS counted (n, measure, value)
WHERE t.tenant_id = $1
ORDER BY counted.n
LIMIT $2
