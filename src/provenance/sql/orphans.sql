-- $1 tenant, $2 limit. Atoms that nothing is known of: without any relationship in the graph. The oldest numbers first.
SELECT a.atom_id AS atom, a.modality || '/' || a.subtype AS kind, encode(a.content_hash, 'hex') AS hash, a.size, left(a.canonical_text, 100) AS text, hartonomous.microseconds(a.created_at) AS created_at
FROM (SELECT atom_id FROM hartonomous.atom WHERE tenant_id = $1
      EXCEPT
      (SELECT parent_atom_id FROM hartonomous.composition_run WHERE tenant_id = $1 AND components <> '{}'
       UNION ALL SELECT unnest(components) FROM hartonomous.composition_run WHERE tenant_id = $1
       UNION ALL SELECT child_atom_id FROM hartonomous.provenance_edge WHERE tenant_id = $1
       UNION ALL SELECT parent_atom_id FROM hartonomous.provenance_edge WHERE tenant_id = $1
       UNION ALL SELECT root_atom_id FROM hartonomous.source WHERE tenant_id = $1
       UNION ALL SELECT root_atom_id FROM hartonomous.ingestion_job WHERE tenant_id = $1
       UNION ALL SELECT atom_id FROM hartonomous.inference_atom WHERE tenant_id = $1
       UNION ALL SELECT atom_id FROM hartonomous.generated_atom WHERE tenant_id = $1
       UNION ALL SELECT atom_id FROM hartonomous.access_event WHERE tenant_id = $1
       UNION ALL SELECT atom_id FROM hartonomous.classification WHERE tenant_id = $1)
      ORDER BY atom_id LIMIT $2) AS lonely
JOIN hartonomous.atom a ON a.tenant_id = $1 AND a.atom_id = lonely.atom_id
ORDER BY a.atom_id
