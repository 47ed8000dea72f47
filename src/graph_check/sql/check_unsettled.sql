-- $1 kind (text; Composition: atoms with their components), $2 tenant id (integer), $3 ids (bigint[]). Those of them that
-- messages which wait, or are being handled, will bring up to date in the graph, and those of documents that are still
-- being taken apart, about which the message is yet to come.
WITH message AS MATERIALIZED (
    SELECT m.message_type, m.body FROM broker.message m JOIN broker.queue q ON q.queue_id = m.queue_id WHERE q.name = 'Neo4jSyncQueue'
    UNION ALL
    SELECT m.message_type, m.body FROM broker.deferred_message m JOIN broker.queue q ON q.queue_id = m.queue_id WHERE q.name = 'Neo4jSyncQueue'
), named AS MATERIALIZED (
    SELECT DISTINCT CASE m.message_type WHEN 'AtomsCreated' THEN 'Source' WHEN 'InferenceCompleted' THEN 'Inference'
                    ELSE CASE m.body ->> 'EntityType' WHEN 'ProvenanceLink' THEN 'AtomProvenance' ELSE m.body ->> 'EntityType' END END AS kind,
           item.value::numeric AS id
    FROM message m
    CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(m.body -> 'EntityIds') WHEN 'array' THEN m.body -> 'EntityIds'
        ELSE jsonb_build_array(coalesce(m.body -> 'EntityId', m.body -> 'SourceId', m.body -> 'InferenceId')) END) AS item (value)
    WHERE jsonb_typeof(item.value) = 'number'
), root AS MATERIALIZED (
    SELECT s.root_atom_id AS id FROM named n JOIN hartonomous.source s ON s.tenant_id = $2::integer AND s.source_id = n.id
    WHERE n.kind = 'Source' AND s.root_atom_id IS NOT NULL
), parent AS MATERIALIZED (
    SELECT r.id FROM root r
    UNION SELECT n.id::bigint FROM named n WHERE n.kind = 'Composition' AND n.id BETWEEN 0 AND 9223372036854775807
    UNION SELECT j.root_atom_id FROM hartonomous.ingestion_job j
          JOIN hartonomous.source_status s ON s.tenant_id = j.tenant_id AND s.root_atom_id = j.root_atom_id AND s.state NOT IN ('complete', 'failed')
          WHERE j.tenant_id = $2::integer AND j.completed_at IS NULL
), wanted AS (
    SELECT w.id FROM unnest($3::bigint[]) AS w (id)
)
SELECT w.id FROM wanted w JOIN named n ON n.id = w.id AND n.kind = $1::text
UNION
SELECT w.id FROM wanted w JOIN parent p ON p.id = w.id WHERE $1::text IN ('Atom', 'Composition', 'IngestionJob')
UNION
SELECT w.id FROM wanted w JOIN named n ON n.id = w.id AND n.kind IN ('Atom', 'IngestionJob')
WHERE $1::text IN ('Composition', 'IngestionJob', 'AtomProvenance', 'Classification')
UNION
SELECT item.id FROM parent p
JOIN hartonomous.composition_run run ON run.tenant_id = $2::integer AND run.parent_atom_id = p.id
CROSS JOIN LATERAL unnest(run.components) AS item (id)
WHERE $1::text = 'Atom' AND item.id = ANY ($3::bigint[])
UNION
SELECT s.source_id FROM wanted w JOIN hartonomous.source_status s ON s.tenant_id = $2::integer AND s.source_id = w.id
WHERE $1::text = 'Source' AND s.state NOT IN ('complete', 'failed')
UNION
-- What an operation read and made are the edges that name it.
SELECT e.operation_id FROM named n JOIN hartonomous.provenance_edge e ON e.tenant_id = $2::integer AND e.child_atom_id = n.id
WHERE $1::text = 'Operation' AND n.kind = 'AtomProvenance' AND e.operation_id = ANY ($3::bigint[])
UNION
-- The revisions of a model are a chain.
SELECT m.model_id FROM named n JOIN hartonomous.model o ON o.model_id = n.id JOIN hartonomous.model m ON m.name = o.name
WHERE $1::text = 'Model' AND n.kind = 'Model' AND m.model_id = ANY ($3::bigint[])
