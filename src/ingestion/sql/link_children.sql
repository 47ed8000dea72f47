-- Documents that lay in others were derived from them. Answers with the requests that tell the graph of what is new. A document may
-- lie in one with the same bytes (an archive of itself): then there is nothing to say.
-- $1 integer[] tenants, $2 bigint[] sources
WITH linked AS (
    INSERT INTO hartonomous.provenance_edge (tenant_id, child_atom_id, parent_atom_id, derivation, metadata)
    SELECT DISTINCT ON (child.tenant_id, child.root_atom_id, parent.root_atom_id)
           child.tenant_id, child.root_atom_id, parent.root_atom_id, child.relation, jsonb_build_object('name', child.file_name)
    FROM unnest($1::integer[], $2::bigint[]) AS done (tenant_id, source_id)
    JOIN hartonomous.source child ON child.tenant_id = done.tenant_id AND child.source_id = done.source_id
    JOIN hartonomous.source parent ON parent.tenant_id = child.tenant_id AND parent.source_id = child.parent_source_id
    WHERE parent.root_atom_id <> child.root_atom_id
    ORDER BY child.tenant_id, child.root_atom_id, parent.root_atom_id, child.source_id
    ON CONFLICT DO NOTHING
    RETURNING child_atom_id)
SELECT json_build_object('EntityType', 'AtomProvenance', 'EntityId', child_atom_id, 'SyncType', 'UPDATE')::text
FROM (SELECT DISTINCT child_atom_id FROM linked) AS told
